package dev.quire.security;

import dev.quire.validation.Converters.Time;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.Converter;
import org.hibernate.validator.constraints.Range;
import org.hibernate.validator.constraints.time.DurationMin;

/** The settings of passwords and of proxies. */
@ConfigMapping(prefix = "quire")
public interface SecuritySettings {
    HashingCost passwords();

    ProxyTrust proxies();

    /** Returns the age up to which a log-in permits changes of email, roles and the deletion of users. */
    @WithName("sessions.step-up")
    @WithDefault("1H")
    @WithConverter(Time.class)
    @DurationMin(seconds = 1, message = Time.SECOND_OR_MORE)
    Duration stepUp();

    /** The cost of a hash. The defaults are those of OWASP's password storage cheat sheet. */
    interface HashingCost {
        /** Returns the memory in KiB. */
        @WithDefault("19456")
        int memory();

        @WithDefault("2")
        @Range(min = 1, max = 999_999_999)
        int iterations();

        @WithDefault("1")
        @Range(min = 1, max = 999_999_999)
        int parallelism();
    }

    /** The proxies that are trusted to report the client's address, and the header field that they write. */
    interface ProxyTrust {
        Optional<List<@WithConverter(CidrBlockConverter.class) CidrBlock>> trusted();

        @WithDefault(ClientAddressResolver.X_FORWARDED_FOR)
        @Pattern(regexp = "(?i)X-Forwarded-For|Forwarded", message = "must be X-Forwarded-For or Forwarded")
        String header();
    }

    /** A converter that reads an address, or a network such as {@code 10.0.0.0/8}. */
    @RegisterForReflection
    class CidrBlockConverter implements Converter<CidrBlock> {
        @Override
        public CidrBlock convert(String value) {
            return CidrBlock.parse(value)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "must be IP addresses, or networks such as 10.0.0.0/8, separated by commas"));
        }
    }

    /** Returns the faults of the values in combination, and in relation to the heap, by variable. */
    static Map<String, String> faults(SecuritySettings settings) {
        int memory = settings.passwords().memory();
        long least = 8L * settings.passwords().parallelism();
        long most = Runtime.getRuntime().maxMemory() / 1024 / 2;
        return memory >= least && memory <= most
                ? Map.of()
                : Map.of(
                        "QUIRE_PASSWORDS_MEMORY",
                        "must be from " + least + ", 8 KiB for each of QUIRE_PASSWORDS_PARALLELISM, to " + most
                                + ", half of the heap");
    }
}
