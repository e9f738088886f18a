package dev.quire.database;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Environment;
import dev.quire.environment.Program;
import dev.quire.environment.Standby;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A URL with several hosts, one of which nobody has: a primary and a standby that takes its place. */
class FailoverIT {
    private static final int WRITERS = 4;

    @TempDir
    Path folder;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger writes = new AtomicInteger();
    private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private EmbeddedPostgres primary;
    private EmbeddedPostgres standby;
    private Map<String, String> environment;

    @BeforeEach
    void startServers() throws Exception {
        primary = startPrimary(0);
        standby = Standby.start(primary, folder.resolve("standby"));
        execute(primary, "alter system set synchronous_standby_names = '*'");
        execute(primary, "select pg_reload_conf()");
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        environment = new HashMap<>(Program.environment(primary, keys));
        environment.put(
                "QUARKUS_DATASOURCE_REACTIVE_URL",
                "postgresql://localhost:%d,localhost:%d,localhost:%d/postgres?application_name=quire"
                        .formatted(Environment.freePort(), standby.getPort(), primary.getPort()));
    }

    @AfterEach
    void stopServers() throws Exception {
        over.set(true);
        primary.close();
        standby.close();
    }

    @Test
    void nothingAcknowledgedIsLostWhenAStandbyTakesOver() throws Exception {
        try (var program = new Program(environment, folder).await()) {
            String token = logIn(program);
            ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
            for (int i = 0; i < WRITERS; i++) {
                writers.submit(() -> write(program, token));
            }
            awaitAcknowledged(100);

            killPrimary();
            program.awaitReadiness(503);
            execute(standby, "select pg_promote()");
            awaitAcknowledged(100);
            program.awaitReadiness(200);

            // It has all writes until it was killed, and would take others: nothing tells it that it was replaced.
            primary.close();
            primary = startPrimary(primary.getPort());
            execute(primary, "alter system reset synchronous_standby_names");
            execute(primary, "select pg_reload_conf()");
            for (int i = 0; i < 10; i++) {
                execute(
                        standby,
                        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'quire'");
                awaitAcknowledged(20);
            }
            over.set(true);
            writers.shutdown();
            assertTrue(writers.awaitTermination(Program.TIMEOUT_SECONDS, TimeUnit.SECONDS));

            assertEquals(List.of(), List.copyOf(failures));
            assertEquals(
                    String.join(" ", new TreeSet<>(acknowledged)),
                    text(standby, "select string_agg(name, ' ' order by name) from categories"));
        }
    }

    @Test
    void standbyIsNoPrimary() throws Exception {
        try (var program = new Program(environment, folder).await()) {
            killPrimary();
            program.awaitReadiness(503);

            Response answer = given().port(program.port()).get("/posts");
            assertEquals(503, answer.statusCode());
            assertTrue(answer.header("Retry-After") != null, answer::asString);
        }
        var refused = new Program(environment, folder);
        assertTrue(refused.exit() != 0);
        assertTrue(
                refused.complaints().stream().anyMatch(line -> line.contains("QUARKUS_DATASOURCE_REACTIVE_URL")),
                refused.complaints()::toString);
    }

    /** Creates categories until it is over. A write without an answer is sent again. */
    private void write(Program program, String token) {
        while (!over.get()) {
            String name = "category-%06d".formatted(writes.incrementAndGet());
            int status = 503;
            while (status != 201 && !over.get()) {
                Response answer = given().port(program.port())
                        .auth()
                        .oauth2(token)
                        .contentType(ContentType.JSON)
                        .header("Idempotency-Key", name)
                        .body(Map.of("name", name))
                        .post("/categories");
                status = answer.statusCode();
                if (status == 201) {
                    acknowledged.add(name);
                } else if (status != 503 || answer.header("Retry-After") == null) {
                    failures.add(name + ": " + status + " " + answer.asString());
                    return;
                }
            }
        }
    }

    private void awaitAcknowledged(int more) throws InterruptedException {
        int enough = acknowledged.size() + more;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Program.TIMEOUT_SECONDS);
        while (acknowledged.size() < enough) {
            assertTrue(System.nanoTime() < end && failures.isEmpty(), failures::toString);
            Thread.sleep(20);
        }
    }

    private static String logIn(Program program) {
        return given().port(program.port())
                .contentType(ContentType.JSON)
                .body(Program.ADMIN)
                .post("/authentication/log-in")
                .path("accessToken");
    }

    private EmbeddedPostgres startPrimary(int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(folder.resolve("primary"))
                .setCleanDataDirectory(false)
                .setServerConfig("synchronous_commit", "on")
                .start();
    }

    /** Kills the primary, as a crash does: its processes end without a word. */
    private void killPrimary() throws Exception {
        String pid = Files.readAllLines(folder.resolve("primary").resolve("postmaster.pid"))
                .get(0);
        ProcessHandle server = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        server.destroyForcibly();
        server.onExit().get();
    }

    private static void execute(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                ResultSet rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
