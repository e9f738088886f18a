package dev.quire.security;

import dev.quire.validation.Converters.Count;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.util.List;

/** The configured cost of a hash. The defaults are those of OWASP's password storage cheat sheet. */
@ConfigMapping(prefix = "quire.passwords")
public interface HashingCost {
    /** Returns the memory in KiB. */
    @WithDefault("19456")
    @WithConverter(Count.class)
    int memory();

    @WithDefault("2")
    @WithConverter(Count.class)
    int iterations();

    @WithDefault("1")
    @WithConverter(Count.class)
    int parallelism();

    /** Lists the faults of the values in combination, and in relation to the heap. */
    static List<String> faults(HashingCost cost) {
        long least = 8L * cost.parallelism();
        long most = Runtime.getRuntime().maxMemory() / 1024 / 2;
        return cost.memory() >= least && cost.memory() <= most
                ? List.of()
                : List.of("QUIRE_PASSWORDS_MEMORY must be from " + least
                        + ", 8 KiB for each of QUIRE_PASSWORDS_PARALLELISM," + " to " + most + ", half of the heap");
    }
}
