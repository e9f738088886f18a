package dev.quire.environment;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The environment of the service, for the tests in its JVM and for those of the packaged program alike: a PostgreSQL of
 * its own, reached through a {@link TcpFaultInjector} that tests can shut, a signing key, and a first admin.
 */
public class Environment implements QuarkusTestResourceLifecycleManager {
    /** The property of a test profile whose first users are those of the demo data. */
    public static final String DEMO = "test.demo-data";

    /** The email of the first admin. */
    public static final String ADMIN_EMAIL = "admin@quire.test";

    /** The password of the first admin, another one in each run. */
    public static final String ADMIN_PASSWORD = UUID.randomUUID().toString();

    /** The folder of the key that signs access tokens, in a file {@code test.pem}. */
    public static final Path KEYS = Path.of("target", "test-keys").toAbsolutePath();

    /** The port of probes and metrics. */
    public static final int MANAGEMENT_PORT = freePort();

    /** The port of the API. If it were 0, metrics would be served only at the port that is called first. */
    private static final int PORT = freePort();

    private static final String ROLE = "quire";

    private static EmbeddedPostgres postgres;
    private static TcpFaultInjector network;

    /** The proxy that all connections of the service to the database pass. */
    public static TcpFaultInjector network() {
        return network;
    }

    /** Restores the network, and waits until the service is ready again. */
    public static void restoreNetwork() {
        network.restore();
        try {
            for (long end = System.nanoTime() + SECONDS.toNanos(60); !isReady(); Thread.sleep(100)) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("the service does not recover");
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isReady() {
        RequestSpecification operator = RestAssured.given().port(MANAGEMENT_PORT);
        return RestAssured.get("/categories").statusCode() == 200
                && operator.get("/q/health/ready").statusCode() == 200;
    }

    /** The database as its superuser sees it, without faults of the network. */
    static EmbeddedPostgres postgres() {
        return postgres;
    }

    @Override
    public Map<String, String> start() {
        // As the main method of the packaged program does.
        System.setProperty("vertx.disableURIValidation", "true");
        ServiceLog.collect();
        Account.forgetAdmin();
        RestAssured.replaceFiltersWith(new OpenApiContractFilter());
        if (!"1.1".equals(System.getProperty("quire.test.http"))) {
            RestAssured.filters(new Http2());
        }
        try {
            postgres = EmbeddedPostgres.builder()
                    .setServerConfig("shared_preload_libraries", "pg_stat_statements")
                    .setServerConfig("logging_collector", "on")
                    .setServerConfig("log_directory", ".")
                    .setServerConfig("log_filename", Database.LOG)
                    .setServerConfig("log_rotation_size", "0")
                    .setServerConfig("log_line_prefix", "%u:")
                    .setServerConfig("log_statement", "all")
                    .setServerConfig("log_parameter_max_length", "0")
                    .start();
            network = new TcpFaultInjector(postgres.getPort());
            prepareDatabase();
            makeKey();
        } catch (IOException | SQLException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        String place = "postgresql://localhost:" + network.port() + "/quire";
        var configuration = new HashMap<>(Map.ofEntries(
                // The JVM of the tests reads the one, the packaged program the other.
                Map.entry("quarkus.http.test-port", Integer.toString(PORT)),
                Map.entry("quarkus.http.port", Integer.toString(PORT)),
                Map.entry("quarkus.management.test-port", Integer.toString(MANAGEMENT_PORT)),
                Map.entry("quarkus.management.port", Integer.toString(MANAGEMENT_PORT)),
                Map.entry("quarkus.datasource.jdbc.url", "jdbc:" + place),
                Map.entry("quarkus.datasource.reactive.url", place),
                Map.entry("quarkus.datasource.username", ROLE),
                Map.entry("quarkus.datasource.password", ROLE),
                Map.entry("quire.keys.directory", KEYS.toString()),
                Map.entry("quire.admin.email", ADMIN_EMAIL),
                Map.entry("quire.admin.password", ADMIN_PASSWORD),
                // A tenth of the default cost: most tests spent most of their time on registering and logging in.
                Map.entry("quire.passwords.memory", "4096"),
                Map.entry("quire.passwords.iterations", "1"),
                // Tests that need an address of their own send one; all others share one, and make more attempts than a
                // client may.
                Map.entry("quire.proxies.trusted", "127.0.0.1,::1,10.0.0.0/8"),
                Map.entry("quire.limits.log-in-account", "15"),
                Map.entry("quire.limits.log-in-address", "1000"),
                Map.entry("quire.limits.register", "100000"),
                Map.entry("quire.limits.refresh", "100000"),
                Map.entry("quire.cors.origins", "https://app.quire.test")));
        if (Boolean.getBoolean(DEMO)) {
            // Then the ids are those of development mode.
            configuration.keySet().removeIf(name -> name.startsWith("quire.admin."));
        }
        return configuration;
    }

    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void prepareDatabase() throws SQLException {
        execute("postgres", "create role " + ROLE + " login");
        // Tests hold locks until several passwords are hashed, which takes some seconds on a slow machine.
        execute("postgres", "alter role " + ROLE + " set lock_timeout = '7s'");
        execute("postgres", "create database quire owner " + ROLE);
        execute("quire", "create extension pg_stat_statements");
    }

    private static void execute(String database, String sql) throws SQLException {
        try (Connection connection = postgres.getDatabase("postgres", database).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void makeKey() throws IOException, GeneralSecurityException {
        Files.createDirectories(KEYS);
        Files.writeString(KEYS.resolve("test.pem"), Program.key(2048));
    }

    @Override
    public void stop() {
        try {
            network.close();
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
