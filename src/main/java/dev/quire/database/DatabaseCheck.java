package dev.quire.database;

import io.vertx.pgclient.PgConnectOptions;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;

/** A check before any migration: the database has one host, which answers and keeps the session of each connection. */
public final class DatabaseCheck {
    private static final String JDBC_URL = "QUARKUS_DATASOURCE_JDBC_URL";
    private static final String REACTIVE_URL = "QUARKUS_DATASOURCE_REACTIVE_URL";
    private static final Pattern JDBC = Pattern.compile(
            "jdbc:postgresql://(?<host>\\[[^\\]]+]|[^:/?#,]+)(?<port>:\\d{1,5})?/(?<database>[^?#]+)(?<rest>\\?.*)?");

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

    /** Returns a sentence for each setting that is missing or wrong. */
    public static List<String> faults(Config config) {
        var faults = new ArrayList<String>();
        Optional<String> jdbc = url(config, "quarkus.datasource.jdbc.url", JDBC_URL, "jdbc:postgresql:", faults);
        Optional<String> reactive = url(config, "quarkus.datasource.reactive.url", REACTIVE_URL, "postgresql:", faults);
        Optional<String> user = config.getOptionalValue("quarkus.datasource.username", String.class);
        Optional<String> password = config.getOptionalValue("quarkus.datasource.password", String.class);
        if (user.isEmpty()) {
            faults.add("QUARKUS_DATASOURCE_USERNAME must be a role of the database");
        }
        if (password.isEmpty()) {
            faults.add("QUARKUS_DATASOURCE_PASSWORD must be the password of "
                    + user.orElse("QUARKUS_DATASOURCE_USERNAME"));
        }
        if (user.isEmpty() || password.isEmpty()) {
            return faults;
        }
        var properties = new Properties();
        properties.setProperty("user", user.get());
        properties.setProperty("password", password.get());
        properties.setProperty("loginTimeout", "" + TIMEOUT_SECONDS);
        properties.setProperty("connectTimeout", "" + TIMEOUT_SECONDS);
        properties.setProperty("socketTimeout", "" + TIMEOUT_SECONDS);
        Optional<String> other = reactive.flatMap(url -> asJdbc(url, jdbc, config));
        Stream.concat(
                        jdbc.flatMap(url -> ask(JDBC_URL, url, properties)).stream(),
                        other.flatMap(url -> ask(REACTIVE_URL, url, properties)).stream())
                .forEach(faults::add);
        return faults;
    }

    private static Optional<String> url(
            Config config, String property, String variable, String scheme, List<String> faults) {
        String url = String.join(
                ",", config.getOptionalValues(property, String.class).orElse(List.of()));
        String right = scheme + "//HOST:PORT/DATABASE";
        if (!url.startsWith(scheme)) {
            faults.add(variable + " must be " + right);
            return Optional.empty();
        }
        if (url.replaceFirst("\\?.*", "").contains(",")) {
            faults.add(variable + " must be " + right + ", with one host: several are not supported");
            return Optional.empty();
        }
        boolean valid;
        try {
            valid = scheme.startsWith("jdbc") ? JDBC.matcher(url).matches() : PgConnectOptions.fromUri(url) != null;
        } catch (IllegalArgumentException e) {
            valid = false;
        }
        if (!valid) {
            faults.add(variable + " must be " + right);
        }
        return valid ? Optional.of(url) : Optional.empty();
    }

    /** Converts the reactive URL to a JDBC URL; empty if it names the database of the JDBC URL, or a Unix domain socket. */
    private static Optional<String> asJdbc(String reactive, Optional<String> jdbc, Config config) {
        PgConnectOptions options = PgConnectOptions.fromUri(reactive);
        String host = options.getHost();
        Matcher first = JDBC.matcher(jdbc.orElse(""));
        boolean known = first.matches();
        if (options.isUsingDomainSocket()
                || known
                        && first.group("host").equalsIgnoreCase(host.contains(":") ? "[" + host + "]" : host)
                        && Objects.requireNonNullElse(first.group("port"), ":5432")
                                .equals(":" + options.getPort())
                        && first.group("database").equals(options.getDatabase())) {
            return Optional.empty();
        }
        String mode = config.getOptionalValue("quarkus.datasource.reactive.postgresql.ssl-mode", String.class)
                .orElse(options.getSslMode().value);
        // The trusted certificates of the reactive client are configured in another place than those of JDBC, so this
        // check verifies none.
        String encrypted = mode.startsWith("verify") ? "require" : mode;
        return Optional.of("jdbc:postgresql://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + options.getPort() + "/" + options.getDatabase() + "?sslmode=" + encrypted);
    }

    private static Optional<String> ask(String variable, String url, Properties properties) {
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
            return kept
                    ? Optional.empty()
                    : Optional.of(variable + " must be PostgreSQL, or a pooler in session mode: this one gives each"
                            + " transaction to another connection");
        } catch (SQLException e) {
            return Optional.of(complaint(variable, e, properties));
        }
    }

    private static String backend(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(BACKEND)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static String complaint(String variable, SQLException refused, Properties properties) {
        String state = Objects.requireNonNullElse(refused.getSQLState(), "");
        String reason = refused.getMessage();
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException) {
                reason = "no host is called " + cause.getMessage();
            }
        }
        if (state.startsWith("28")) {
            return "QUARKUS_DATASOURCE_PASSWORD must be the password of " + properties.getProperty("user") + ": "
                    + reason;
        }
        return variable + " must be a database that answers: " + reason;
    }
}
