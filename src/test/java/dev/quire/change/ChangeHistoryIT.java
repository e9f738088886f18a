package dev.quire.change;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Program;
import dev.quire.environment.Standby;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deleted rows that are kept for two seconds, and databases in place of others. */
class ChangeHistoryIT {
    private static final long TIMEOUT_NANOSECONDS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static Map<String, String> environment;

    @BeforeAll
    static void start() throws Exception {
        postgres = EmbeddedPostgres.start();
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        environment = new HashMap<>(Program.environment(postgres, keys));
        environment.put("QUIRE_CHANGES_LIFE", "2S");
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
    }

    @Test
    void expiredPositionIsGone() throws Exception {
        String position;
        int kept;
        try (var program = new Program(environment, folder).await()) {
            kept = category(program, "Kept");
            var copy = new DeviceCopy(() -> at(program));
            copy.sync(1000);
            String old = copy.position();
            int category = category(program, "Deleted");
            copy.sync(1000);
            as(program).delete("/categories/" + category).then().statusCode(204);

            // Before the expiry.
            assertEquals(1, copy.sync(1000));
            assertFalse(copy.rows().containsKey("category " + category));

            await("select count(*) from changes where deleted_at is not null", 0);
            at(program)
                    .get("/changes?since=" + old)
                    .then()
                    .statusCode(410)
                    .body("type", equalTo("urn:quire:problem:position-expired"));
            assertEquals(0, copy.sync(1000));
            var other = new DeviceCopy(() -> at(program));
            other.sync(1);
            assertEquals(copy.rows(), other.rows());
            assertEquals(copy.position(), other.position());
            position = other.position();
        }

        // As after a dump was restored: the same rows in a database with other transactions.
        execute(postgres, "create database copy template postgres");
        try (var program = new Program(environment("/postgres$", "/copy"), folder).await()) {
            at(program).get("/changes?since=" + position).then().statusCode(503);
            whenPrepared(program, position)
                    .then()
                    .statusCode(410)
                    .body("type", equalTo("urn:quire:problem:position-lost"));
            var copy = new DeviceCopy(() -> at(program));
            copy.sync(1);
            assertTrue(copy.rows().containsKey("category " + kept));
            assertEquals(0, copy.sync(1));
        }
    }

    @Test
    void deletedRowsAreRemovedByOneReplicaAtATime() throws Exception {
        try (var program = new Program(environment, folder).await();
                Connection other = postgres.getPostgresDatabase().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            // As another replica does while it removes them.
            statement.execute("select pg_advisory_xact_lock(hashtext('changes'))");
            int category = category(program, "Removed by another");
            as(program).delete("/categories/" + category).then().statusCode(204);

            await("select count(*) from changes where deleted_at < now() - interval '5 seconds'", 1);
            other.rollback();
            await("select count(*) from changes where deleted_at is not null", 0);
        }
    }

    /** Returns the environment with another database. */
    private static Map<String, String> environment(String one, String other) {
        var changed = new HashMap<>(environment);
        changed.replaceAll((name, value) -> value.replaceFirst(one, other));
        return changed;
    }

    @Test
    void standbySharesTheHistoryUntilItIsPromoted() throws Exception {
        try (var program = new Program(environment, folder).await();
                EmbeddedPostgres standby = Standby.start(postgres, folder.resolve("standby"))) {
            category(program, "Before");
            var copy = new DeviceCopy(() -> at(program));
            copy.sync(1000);
            Standby.awaitReplay(postgres, standby);

            String place = ":" + standby.getPort() + "/";
            try (var other = new Program(environment(":" + postgres.getPort() + "/", place), folder).await()) {
                var otherCopy = new DeviceCopy(() -> at(other));
                otherCopy.sync(1000);
                assertEquals(copy.rows(), otherCopy.rows());
                assertEquals(copy.position(), otherCopy.position());

                int later = category(program, "Later");
                Standby.awaitReplay(postgres, standby);
                assertEquals(1, otherCopy.sync(1000));
                assertTrue(otherCopy.rows().containsKey("category " + later));
                assertEquals(1, copy.sync(1000));

                // Nobody knows whether the primary had more.
                execute(standby, "select pg_promote()");
                whenPrepared(other, copy.position())
                        .then()
                        .statusCode(410)
                        .body("type", equalTo("urn:quire:problem:position-lost"));
                int last = category(other, "Last");
                var newCopy = new DeviceCopy(() -> at(other));
                newCopy.sync(1000);
                assertTrue(newCopy.rows().containsKey("category " + last));
                assertEquals(0, newCopy.sync(1000));
            }
        }
    }

    private static Response whenPrepared(Program program, String position) throws InterruptedException {
        long end = System.nanoTime() + TIMEOUT_NANOSECONDS;
        Response answer = at(program).get("/changes?since=" + position);
        while (answer.statusCode() == 503 && System.nanoTime() < end) {
            Thread.sleep(100);
            answer = at(program).get("/changes?since=" + position);
        }
        return answer;
    }

    private static int category(Program program, String name) {
        return as(program).body(Map.of("name", name)).post("/categories").path("id");
    }

    private static RequestSpecification at(Program program) {
        return given().port(program.port());
    }

    private static RequestSpecification as(Program program) {
        String token = at(program)
                .contentType(ContentType.JSON)
                .body(Program.ADMIN)
                .post("/authentication/log-in")
                .path("accessToken");
        return at(program).contentType(ContentType.JSON).header("Authorization", "Bearer " + token);
    }

    private static void execute(EmbeddedPostgres in, String sql) throws SQLException {
        try (Connection connection = in.getTemplateDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void await(String sql, int count) throws Exception {
        for (long end = System.nanoTime() + TIMEOUT_NANOSECONDS; System.nanoTime() < end; Thread.sleep(100)) {
            try (Connection connection = postgres.getPostgresDatabase().getConnection();
                    ResultSet rows = connection.createStatement().executeQuery(sql)) {
                rows.next();
                if (rows.getInt(1) == count) {
                    return;
                }
            }
        }
        throw new AssertionError(sql + " does not become " + count);
    }
}
