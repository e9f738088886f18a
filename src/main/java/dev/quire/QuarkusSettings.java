package dev.quire;

import dev.quire.validation.Converters.Switch;
import dev.quire.validation.Converters.Time;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.Range;

/** The settings of Quarkus that the README names. Quarkus takes a wrong port for a port, and a wrong switch for false. */
@ConfigMapping(prefix = "quarkus")
interface QuarkusSettings {
    @WithName("http.port")
    @WithDefault("8080")
    @Range(max = 65_535)
    int httpPort();

    @WithName("management.port")
    @WithDefault("9000")
    @Range(max = 65_535)
    int managementPort();

    @WithName("shutdown.delay")
    Optional<@WithConverter(Time.class) Duration> shutdownDelay();

    @WithName("flyway.migrate-at-start")
    Optional<@WithConverter(Switch.class) Boolean> migrateAtStart();

    /** Returns whether the program only migrates. */
    @WithName("init-and-exit")
    @WithDefault("false")
    @WithConverter(Switch.class)
    boolean initAndExit();
}
