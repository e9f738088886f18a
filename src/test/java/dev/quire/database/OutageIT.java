package dev.quire.database;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Program;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** States of the database in which it refuses valid requests: temporary, and no fault of the service. */
@Timeout(120)
class OutageIT {
    private static final String DATABASE = "quire";
    private static final String ROLE = "quire_service";

    /** Many more than the allowed lines of the log. */
    private static final int REQUESTS = 30;

    private static final int MAX_LINES = 6;

    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static Program program;
    private static String token;

    @BeforeAll
    static void start() throws Exception {
        Path access = folder.resolve("pg_hba.conf");
        Files.writeString(access, "host all postgres all trust\nhost all all all scram-sha-256\n");
        postgres = EmbeddedPostgres.builder()
                .setServerConfig("hba_file", access.toString())
                .start();
        execute("postgres", "create role " + ROLE + " login password 'right'", "create database " + DATABASE);
        execute(
                DATABASE,
                "grant usage on schema public to " + ROLE,
                "alter default privileges in schema public grant select, insert, update, delete on tables to " + ROLE);
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        var environment = new HashMap<>(Program.environment(postgres, keys));
        environment.put(
                "QUARKUS_DATASOURCE_REACTIVE_URL", "postgresql://localhost:" + postgres.getPort() + "/" + DATABASE);
        environment.put("QUARKUS_INIT_AND_EXIT", "true");
        try (var migration = new Program(environment, folder)) {
            assertEquals(0, migration.exit(), migration.output());
        }
        environment.remove("QUARKUS_INIT_AND_EXIT");
        environment.put("QUARKUS_FLYWAY_MIGRATE_AT_START", "false");
        environment.put("QUARKUS_DATASOURCE_USERNAME", ROLE);
        environment.put("QUARKUS_DATASOURCE_PASSWORD", "right");
        program = new Program(environment, folder).await();
        program.awaitReadiness(200);
        token = given().port(program.port())
                .contentType("application/json")
                .body(Program.ADMIN)
                .post("/authentication/log-in")
                .then()
                .statusCode(200)
                .extract()
                .path("accessToken");
        execute(
                DATABASE,
                "create function refuse() returns trigger language plpgsql as"
                        + " $$ begin raise exception using errcode = tg_argv[0]; end $$");
    }

    @AfterAll
    static void stop() throws IOException {
        program.close();
        postgres.close();
    }

    private enum Fault {
        READ_ONLY(
                "The database is read-only.",
                "alter database quire set default_transaction_read_only = on",
                "alter database quire reset default_transaction_read_only"),
        PASSWORD(
                "The database refuses the service's role or password.",
                "alter role quire_service password 'another'",
                "alter role quire_service password 'right'"),
        ROLE(
                "The database refuses the service's role or password.",
                "alter role quire_service nologin",
                "alter role quire_service login"),
        CONNECTIONS(
                "The database has no connection left.",
                "alter role quire_service connection limit 0",
                "alter role quire_service connection limit -1"),
        CLOSED(
                "The database accepts no connections.",
                "alter database quire allow_connections false",
                "alter database quire allow_connections true"),
        RENAMED(
                "The database does not exist.",
                "alter database quire rename to elsewhere",
                "alter database elsewhere rename to quire");

        private final String detail;
        private final String breakSql;
        private final String repairSql;

        Fault(String detail, String breakSql, String repairSql) {
            this.detail = detail;
            this.breakSql = breakSql;
            this.repairSql = repairSql;
        }
    }

    @ParameterizedTest
    @EnumSource
    void requestsAreRetryableDuringAnOutage(Fault fault) throws Exception {
        int before = log().size();
        if (fault == Fault.RENAMED) {
            // No connection may exist.
            execute("postgres", "alter database quire allow_connections false", terminate(), fault.breakSql);
            execute("postgres", "alter database elsewhere allow_connections true");
        } else {
            execute("postgres", fault.breakSql, terminate());
        }

        await(() -> write().statusCode() == 503 && write().path("detail").equals(fault.detail));
        for (int i = 0; i < REQUESTS; i++) {
            refuses(write(), fault.detail);
            refuses(logIn(), fault.detail);
        }
        if (fault != Fault.READ_ONLY) {
            refuses(given().port(program.port()).get("/posts"), fault.detail);
        }
        assertEquals(fault.detail, reason());
        assertEquals(200, operator("/q/health/live").statusCode());

        execute("postgres", fault.repairSql);

        recovers(before);
    }

    /** A read-only server was replaced behind its address, and nothing closes the old connections. */
    @Test
    void connectionsToAReadOnlyServerAreDropped() throws Exception {
        int before = log().size();
        execute("postgres", Fault.READ_ONLY.breakSql, terminate());
        await(() -> write().statusCode() == 503 && "The database is read-only.".equals(write().path("detail")));
        IntStream.range(0, REQUESTS)
                .parallel()
                .forEach(i -> given().port(program.port()).get("/users/1/posts?limit=1"));

        execute("postgres", Fault.READ_ONLY.repairSql);

        recovers(before);
        for (int i = 0; i < REQUESTS; i++) {
            write().then().statusCode(201);
        }
    }

    @Test
    void revokedPrivilegeIsReportedUntilRestored() throws Exception {
        int before = log().size();
        execute(DATABASE, "revoke insert on posts from quire_service");

        for (int i = 0; i < REQUESTS; i++) {
            refuses(write(), "The database denies the service a privilege.");
        }
        given().port(program.port()).get("/posts").then().statusCode(200);
        assertEquals("The database denies the service a privilege.", reason());

        execute(DATABASE, "grant insert on posts to quire_service");

        recovers(before);
    }

    /**
     * The SQLSTATE is that of a real server, raised by a trigger, since a test cannot fill the disk or break a file.
     */
    @ParameterizedTest
    @CsvSource({
        "53100, The database has no room.",
        "53200, The database has no memory.",
        "53400, The database has reached a limit.",
        "58030, The database has a fault of its own.",
        "XX000, The database has a fault of its own.",
        "XX001, The database has a fault of its own."
    })
    void faultOfTheDatabaseIsReported(String state, String detail) throws Exception {
        int before = log().size();
        execute(
                DATABASE,
                "create trigger refuse before insert on posts execute function refuse('" + state + "')",
                "create trigger refuse before insert on sessions execute function refuse('" + state + "')");

        try {
            for (int i = 0; i < REQUESTS; i++) {
                refuses(write(), detail);
                refuses(logIn(), detail);
            }
            assertEquals(200, operator("/q/health/live").statusCode());
        } finally {
            execute(DATABASE, "drop trigger refuse on posts", "drop trigger refuse on sessions");
        }

        recovers(before);
    }

    /** The role has no limits of its own here; the service sets them. */
    @Test
    void lockTimeoutIsShorterThanTheRequestTimeout() throws Exception {
        try (Connection connection = postgres.getDatabase("postgres", DATABASE).getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table posts in share mode");
            refuses(write(), "The data is being changed by another request.");
        }
        write().then().statusCode(201);
    }

    @Test
    void statementOfATerminatedConnectionIsRetryable() throws Exception {
        int before = log().size();
        try (Connection connection = postgres.getDatabase("postgres", DATABASE).getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table posts in share mode");
            CompletableFuture<Response> written = CompletableFuture.supplyAsync(OutageIT::write);
            await(() -> isWaitingForALock(statement));

            execute("postgres", terminate());

            written.join().then().statusCode(503).header("Retry-After", notNullValue());
        }
        write().then().statusCode(201);
        List<String> lines = since(before);
        assertTrue(lines.size() <= MAX_LINES, String.join("\n", lines));
        assertEquals(List.of(), program.complaints());
    }

    private static boolean isWaitingForALock(Statement statement) {
        try (ResultSet waiting = statement.executeQuery("select from pg_locks where not granted")) {
            return waiting.next();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void recovers(int before) throws Exception {
        long mended = System.nanoTime();
        await(() -> write().statusCode() == 201);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - mended);
        assertTrue(seconds < 5, "it took " + seconds + " s");
        program.awaitReadiness(200);
        // The service remembers the error of a request for some seconds.
        await(() -> since(before).stream().anyMatch(line -> line.contains("requests were refused")));
        List<String> lines = since(before);
        lines.forEach(line -> assertTrue(JsonPath.from(line).get("level") != null, line));
        assertTrue(lines.size() <= MAX_LINES, String.join("\n", lines));
        assertEquals(List.of(), program.complaints());
    }

    private static void refuses(Response response, String detail) {
        response.then().statusCode(503).header("Retry-After", notNullValue()).body("detail", equalTo(detail));
    }

    private static Response write() {
        return given().port(program.port())
                .auth()
                .oauth2(token)
                .contentType("application/json")
                .body("{\"title\": \"Written\", \"content\": \"Content\"}")
                .post("/posts");
    }

    private static Response logIn() {
        return given().port(program.port())
                .contentType("application/json")
                .body(Program.ADMIN)
                .post("/authentication/log-in");
    }

    private static String reason() throws Exception {
        return program.awaitReadiness(503).getString("checks.find { it.name == 'Database' }.data.reason");
    }

    private static Response operator(String path) {
        return given().port(program.managementPort()).get(path);
    }

    private static List<String> log() throws IOException {
        return program.output().lines().toList();
    }

    private static List<String> since(int before) {
        try {
            List<String> lines = log();
            return lines.subList(before, lines.size()).stream()
                    .filter(line -> !line.contains("dev.quire.audit"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String terminate() {
        return "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = '" + ROLE + "'";
    }

    private static void execute(String database, String... statements) throws SQLException {
        try (Connection connection = postgres.getDatabase("postgres", database).getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Program.TIMEOUT_SECONDS);
                !condition.getAsBoolean();
                Thread.sleep(50)) {
            assertTrue(System.nanoTime() < end, "the condition does not become true");
        }
    }
}
