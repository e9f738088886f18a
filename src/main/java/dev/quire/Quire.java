package dev.quire;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.configuration.ConfigUtils;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/** The packaged program. What it needs of a database is looked at first, so that what is missing is said in one line. */
public class Quire {
    public static void main(String... arguments) {
        // Quarkus would answer a URI that is none without a body; RouterProblems looks at it instead.
        System.setProperty("vertx.disableURIValidation", "true");
        // Its own configuration: in a native image the other is, this early, that of the build.
        databaseFault(ConfigUtils.configBuilder().build()).ifPresent(fault -> {
            System.err.println(fault);
            System.exit(1);
        });
        Quarkus.run(arguments);
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
