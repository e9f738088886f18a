package dev.quire.database;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithName;
import io.vertx.pgclient.PgConnectOptions;
import jakarta.validation.constraints.Pattern;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.Converter;

/** The settings of Quarkus for the database. All are required; development and tests bring their own. */
@ConfigMapping(prefix = "quarkus.datasource")
public interface DatabaseSettings {
    String JDBC_URL =
            "jdbc:postgresql://(?<host>\\[[^\\]]+]|[^:/?#,]+)(?<port>:\\d{1,5})?/(?<database>[^?#]+)(?<rest>\\?.*)?";

    String JDBC_URL_FAULT = "must be jdbc:postgresql://HOST:PORT/DATABASE, with one host";
    String REACTIVE_URL_FAULT = "must be postgresql://HOST:PORT/DATABASE, with one host";

    @WithName("jdbc.url")
    Optional<@Pattern(regexp = JDBC_URL, message = JDBC_URL_FAULT) String> jdbcUrl();

    @WithName("reactive.url")
    Optional<@WithConverter(ReactiveUrl.class) PgConnectOptions> reactiveUrl();

    @WithName("reactive.postgresql.ssl-mode")
    Optional<String> reactiveSslMode();

    Optional<String> username();

    Optional<String> password();

    /** A converter that reads the URL as the reactive client does. */
    @RegisterForReflection
    class ReactiveUrl implements Converter<PgConnectOptions> {
        @Override
        public PgConnectOptions convert(String value) {
            try {
                if (value.matches("postgresql:[^?,]*(\\?.*)?")) {
                    return PgConnectOptions.fromUri(value);
                }
            } catch (IllegalArgumentException e) {
                // Reported below, with a description of a valid value.
            }
            throw new IllegalArgumentException(REACTIVE_URL_FAULT);
        }
    }
}
