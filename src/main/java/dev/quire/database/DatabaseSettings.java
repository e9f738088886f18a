package dev.quire.database;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithName;
import java.util.List;
import java.util.Optional;

/** The settings of Quarkus for the database. {@link DatabaseCheck} requires all; development and tests bring their own. */
@ConfigMapping(prefix = "quarkus.datasource")
public interface DatabaseSettings {
    @WithName("reactive.url")
    Optional<List<String>> reactiveUrls();

    @WithName("jdbc.url")
    Optional<String> jdbcUrl();

    @WithName("reactive.postgresql.ssl-mode")
    Optional<String> reactiveSslMode();

    Optional<String> username();

    Optional<String> password();
}
