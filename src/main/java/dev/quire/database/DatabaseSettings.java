package dev.quire.database;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.util.Optional;

/** The settings of Quarkus for the database. {@link DatabaseCheck} requires all; development and tests bring their own. */
@ConfigMapping(prefix = "quarkus.datasource")
public interface DatabaseSettings {
    @WithName("reactive.url")
    Optional<String> reactiveUrl();

    /** Returns the URL for Flyway, which is blocking: by default that of the reactive client, with the same parameters. */
    @WithName("jdbc.url")
    @WithDefault("jdbc:${quarkus.datasource.reactive.url}")
    Optional<String> jdbcUrl();

    @WithName("reactive.postgresql.ssl-mode")
    Optional<String> reactiveSslMode();

    Optional<String> username();

    Optional<String> password();
}
