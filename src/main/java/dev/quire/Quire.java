package dev.quire;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.configuration.ConfigUtils;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/** The packaged program. Some of what it needs is looked at first, so that what is missing or wrong is said in one line. */
public class Quire {
    public static void main(String... arguments) {
        // Quarkus would answer a URI that is none without a body; RouterProblems looks at it instead.
        System.setProperty("vertx.disableURIValidation", "true");
        // Its own configuration: in a native image the other is, this early, that of the build.
        Config config = ConfigUtils.configBuilder().build();
        timeFault(config)
                .or(() -> endpointFault(config))
                .or(() -> databaseFault(config))
                .ifPresent(fault -> {
                    System.err.println(fault);
                    System.exit(1);
                });
        if (endpoint(config).isPresent()) {
            System.setProperty("quarkus.otel.sdk.disabled", "false");
        }
        Quarkus.run(arguments);
    }

    /** Quarkus would say it twice, without the variable. */
    private static Optional<String> timeFault(Config config) {
        for (String name : List.of(
                "quire.limits.window", "quire.sessions.life", "quire.sessions.idle", "quire.idempotency.life")) {
            try {
                config.getOptionalValue(name, Duration.class);
            } catch (IllegalArgumentException e) {
                String variable = name.toUpperCase(Locale.ROOT).replace('.', '_');
                return Optional.of(variable + " must be a time, such as 15M or 24H");
            }
        }
        return Optional.empty();
    }

    private static Optional<String> endpointFault(Config config) {
        return endpoint(config)
                .filter(endpoint -> !endpoint.matches("https?://.+"))
                .map(wrong -> "OTEL_EXPORTER_OTLP_ENDPOINT must be http://HOST:PORT or https://HOST:PORT");
    }

    /** Where spans are sent; empty for nowhere. */
    private static Optional<String> endpoint(Config config) {
        // A native image does not have the application.properties that lead from the one to the other.
        return config.getOptionalValue("quarkus.otel.exporter.otlp.endpoint", String.class)
                .or(() -> config.getOptionalValue("OTEL_EXPORTER_OTLP_ENDPOINT", String.class));
    }

    private static Optional<String> databaseFault(Config config) {
        String jdbc = config.getOptionalValue("quarkus.datasource.jdbc.url", String.class)
                .orElse("");
        String reactive = config.getOptionalValue("quarkus.datasource.reactive.url", String.class)
                .orElse("");
        if (!jdbc.startsWith("jdbc:postgresql:")) {
            return Optional.of("QUARKUS_DATASOURCE_JDBC_URL must be jdbc:postgresql://HOST:PORT/DATABASE");
        }
        if (!reactive.startsWith("postgresql://")) {
            return Optional.of("QUARKUS_DATASOURCE_REACTIVE_URL must be postgresql://HOST:PORT/DATABASE");
        }
        Optional<String> user = config.getOptionalValue("quarkus.datasource.username", String.class);
        if (user.isEmpty()) {
            return Optional.of("QUARKUS_DATASOURCE_USERNAME must be a role of the database");
        }
        Optional<String> password = config.getOptionalValue("quarkus.datasource.password", String.class);
        if (password.isEmpty()) {
            return Optional.of("QUARKUS_DATASOURCE_PASSWORD must be the password of " + user.get());
        }
        try {
            DriverManager.getConnection(jdbc, user.get(), password.get()).close();
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of("QUARKUS_DATASOURCE_JDBC_URL must be a database that answers: " + e.getMessage());
        }
    }
}
