package dev.quire.security;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class HashingCostTest {
    /** OWASP's password storage cheat sheet: Argon2id with 19 MiB of memory, 2 iterations and 1 degree of parallelism. */
    @Test
    void defaultCostFollowsOwasp() {
        SecuritySettings.HashingCost cost = new SmallRyeConfigBuilder()
                .withMapping(SecuritySettings.class)
                .build()
                .getConfigMapping(SecuritySettings.class)
                .passwords();

        assertEquals(List.of(19 * 1024, 2, 1), List.of(cost.memory(), cost.iterations(), cost.parallelism()));
    }
}
