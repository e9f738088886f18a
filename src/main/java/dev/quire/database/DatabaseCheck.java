package dev.quire.database;

import io.vertx.pgclient.PgConnectOptions;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A check before any migration: the database has one host, which answers and keeps the session of each connection. */
public final class DatabaseCheck {
    private static final String JDBC_URL = "QUARKUS_DATASOURCE_JDBC_URL";
    private static final String REACTIVE_URL = "QUARKUS_DATASOURCE_REACTIVE_URL";
    private static final String PASSWORD = "QUARKUS_DATASOURCE_PASSWORD";
    private static final Pattern JDBC = Pattern.compile(DatabaseSettings.JDBC_URL);

    private static final int TIMEOUT_SECONDS = 10;

    /** The query for the PostgreSQL process of a connection. Its id alone may be reused, and is unique only on its host. */
    private static final String BACKEND =
            "select pid || ' ' || backend_start from pg_stat_activity where pid = pg_backend_pid()";

    /**
     * The order in which two connections send queries. The runs differ in length, so that a pooler that alternates between
     * its connections is detected as well.
     */
    private static final String TURNS = "abbaaabbbabaabbabb";

    private DatabaseCheck() {}

    /** Returns the faults of the settings, by variable. */
    public static Map<String, String> faults(DatabaseSettings settings) {
        var faults = new LinkedHashMap<String, String>();
        if (settings.jdbcUrl().isEmpty()) {
            faults.put(JDBC_URL, DatabaseSettings.JDBC_URL_FAULT);
        }
        if (settings.reactiveUrl().isEmpty()) {
            faults.put(REACTIVE_URL, DatabaseSettings.REACTIVE_URL_FAULT);
        }
        if (settings.username().isEmpty()) {
            faults.put("QUARKUS_DATASOURCE_USERNAME", "must be a role of the database");
        }
        if (settings.password().isEmpty()) {
            faults.put(
                    PASSWORD, "must be the password of " + settings.username().orElse("QUARKUS_DATASOURCE_USERNAME"));
        }
        if (settings.username().isPresent() && settings.password().isPresent()) {
            var properties = new Properties();
            properties.setProperty("user", settings.username().get());
            properties.setProperty("password", settings.password().get());
            properties.setProperty("loginTimeout", "" + TIMEOUT_SECONDS);
            properties.setProperty("connectTimeout", "" + TIMEOUT_SECONDS);
            properties.setProperty("socketTimeout", "" + TIMEOUT_SECONDS);
            settings.jdbcUrl().ifPresent(url -> ask(JDBC_URL, url, properties, faults));
            settings.reactiveUrl()
                    .flatMap(options -> asJdbc(options, settings))
                    .ifPresent(url -> ask(REACTIVE_URL, url, properties, faults));
        }
        return faults;
    }

    /** Converts the reactive URL to a JDBC URL; empty if it names the database of the JDBC URL, or a Unix domain socket. */
    private static Optional<String> asJdbc(PgConnectOptions options, DatabaseSettings settings) {
        String host = options.getHost().contains(":") ? "[" + options.getHost() + "]" : options.getHost();
        Matcher first = JDBC.matcher(settings.jdbcUrl().orElse(""));
        if (options.isUsingDomainSocket()
                || first.matches()
                        && first.group("host").equalsIgnoreCase(host)
                        && Objects.requireNonNullElse(first.group("port"), ":5432")
                                .equals(":" + options.getPort())
                        && first.group("database").equals(options.getDatabase())) {
            return Optional.empty();
        }
        String mode = settings.reactiveSslMode().orElse(options.getSslMode().value);
        // The trusted certificates of the reactive client are configured in another place than those of JDBC, so this
        // check verifies none.
        String encrypted = mode.startsWith("verify") ? "require" : mode;
        return Optional.of("jdbc:postgresql://" + host + ":" + options.getPort() + "/" + options.getDatabase()
                + "?sslmode=" + encrypted);
    }

    private static void ask(String variable, String url, Properties properties, Map<String, String> faults) {
        try (Connection a = DriverManager.getConnection(url, properties);
                Connection b = DriverManager.getConnection(url, properties)) {
            String backendOfA = backend(a);
            String backendOfB = backend(b);
            boolean kept = !backendOfA.equals(backendOfB);
            for (int i = 0; i < TURNS.length() && kept; i++) {
                kept = TURNS.charAt(i) == 'a'
                        ? backend(a).equals(backendOfA)
                        : backend(b).equals(backendOfB);
            }
            if (!kept) {
                faults.put(
                        variable,
                        "must be PostgreSQL, or a pooler in session mode: this one gives each transaction to another"
                                + " connection");
            }
        } catch (SQLException e) {
            explain(variable, e, properties, faults);
        }
    }

    private static String backend(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(BACKEND)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void explain(
            String variable, SQLException refused, Properties properties, Map<String, String> faults) {
        String state = Objects.requireNonNullElse(refused.getSQLState(), "");
        String reason = refused.getMessage();
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException) {
                reason = "no host is called " + cause.getMessage();
            }
        }
        if (state.startsWith("28")) {
            faults.put(PASSWORD, "must be the password of " + properties.getProperty("user") + ": " + reason);
        } else {
            faults.put(variable, "must be a database that answers: " + reason);
        }
    }
}
