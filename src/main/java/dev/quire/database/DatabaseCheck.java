package dev.quire.database;

import io.vertx.pgclient.PgConnectOptions;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A check before any migration: the database, or the primary of several, answers and keeps the session of each connection. */
public final class DatabaseCheck {
    private static final String JDBC_URL = "QUARKUS_DATASOURCE_JDBC_URL";
    private static final String REACTIVE_URL = "QUARKUS_DATASOURCE_REACTIVE_URL";
    private static final String PASSWORD = "QUARKUS_DATASOURCE_PASSWORD";
    private static final String HOST = "(\\[[^\\]]+]|[^:/?#,@]+)(:\\d{1,5})?";
    private static final Pattern JDBC = Pattern.compile(
            "jdbc:postgresql://(?<hosts>" + HOST + "(," + HOST + ")*)/(?<database>[^?#]+)(?<rest>\\?.*)?");

    private static final String FORM = "must be postgresql://HOST:PORT/DATABASE, or have several HOST:PORT with commas";
    private static final String JDBC_FORM =
            "must be jdbc:postgresql://HOST:PORT/DATABASE, or have several HOST:PORT with commas";

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
        // As application.properties derives it
        List<String> urls = settings.reactiveUrls().orElse(List.of());
        String derived = "jdbc:" + DatabaseUrl.join(urls);
        String jdbcUrl = settings.jdbcUrl().orElse(derived);
        String jdbcVariable = jdbcUrl.equals(derived) ? REACTIVE_URL : JDBC_URL;
        List<PgConnectOptions> servers =
                urls.stream().flatMap(url -> options(url).stream()).toList();
        if (servers.isEmpty() || servers.size() < urls.size()) {
            faults.put(REACTIVE_URL, FORM);
        }
        if (!JDBC.matcher(jdbcUrl).matches()) {
            faults.put(jdbcVariable, jdbcVariable.equals(JDBC_URL) ? JDBC_FORM : FORM);
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
            if (servers.size() > 1) {
                properties.setProperty("targetServerType", "primary");
            }
            if (!faults.containsKey(jdbcVariable)) {
                ask(jdbcVariable, jdbcUrl, properties, faults);
            }
            if (!faults.containsKey(REACTIVE_URL)) {
                asJdbc(servers, jdbcUrl, settings).ifPresent(url -> ask(REACTIVE_URL, url, properties, faults));
            }
        }
        return faults;
    }

    /** Reads the URL as the reactive client does. */
    private static Optional<PgConnectOptions> options(String url) {
        try {
            return Optional.of(url)
                    .filter(text -> text.matches("postgresql:[^?,]*(\\?.*)?"))
                    .map(PgConnectOptions::fromUri);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Converts the reactive URLs to a JDBC URL; empty if they name the database of the JDBC URL, or a Unix domain socket. */
    private static Optional<String> asJdbc(List<PgConnectOptions> servers, String jdbcUrl, DatabaseSettings settings) {
        PgConnectOptions options = servers.get(0);
        String hosts = servers.stream().map(DatabaseCheck::address).collect(Collectors.joining(","));
        Matcher jdbc = JDBC.matcher(jdbcUrl);
        if (options.isUsingDomainSocket()
                || jdbc.matches()
                        && hosts.equalsIgnoreCase(withPorts(jdbc.group("hosts")))
                        && jdbc.group("database").equals(options.getDatabase())) {
            return Optional.empty();
        }
        String mode = settings.reactiveSslMode().orElse(options.getSslMode().value);
        // The trusted certificates of the reactive client are configured in another place than those of JDBC, so this
        // check verifies none.
        String encrypted = mode.startsWith("verify") ? "require" : mode;
        return Optional.of("jdbc:postgresql://" + hosts + "/" + options.getDatabase() + "?sslmode=" + encrypted);
    }

    private static String address(PgConnectOptions server) {
        String host = server.getHost();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + server.getPort();
    }

    private static String withPorts(String hosts) {
        return Arrays.stream(hosts.split(","))
                .map(host -> host.matches(".*:\\d+") ? host : host + ":5432")
                .collect(Collectors.joining(","));
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
