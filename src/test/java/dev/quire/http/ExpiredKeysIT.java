package dev.quire.http;

import static dev.quire.http.Creation.KEY;
import static dev.quire.http.Creation.unique;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Program;
import dev.quire.environment.Race;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that expire after two seconds, with two replicas on one database. */
class ExpiredKeysIT {
    private static final int TTL_MILLISECONDS = 2000;

    /** The lock that the removal of keys takes. */
    private static final String LOCK = "select pg_advisory_lock(hashtext('idempotency_keys'))";

    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static List<Program> programs;
    private static String token;

    private final String key = unique();
    private Connection connection;
    private Statement statement;

    @BeforeAll
    static void start() throws Exception {
        postgres = EmbeddedPostgres.start();
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        var environment = new HashMap<>(Program.environment(postgres, keys));
        environment.put("QUIRE_IDEMPOTENCY_LIFE", "2S");
        programs = List.of(new Program(environment, folder).await(), new Program(environment, folder).await());
        token = given().port(programs.get(0).port())
                .contentType(ContentType.JSON)
                .body(Program.ADMIN)
                .post("/authentication/log-in")
                .path("accessToken");
    }

    @AfterAll
    static void stop() throws Exception {
        programs.forEach(Program::close);
        postgres.close();
    }

    @BeforeEach
    void connect() throws SQLException {
        connection = postgres.getPostgresDatabase().getConnection();
        statement = connection.createStatement();
        statement.execute("delete from idempotency_keys");
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    @Test
    void expiredKeyIsReusable() throws Exception {
        Response first = post("first");
        post("first").then().statusCode(201).header("Idempotency-Replayed", equalTo("true"));
        Thread.sleep(TTL_MILLISECONDS);

        Response other = post("other");

        other.then().statusCode(201).header("Idempotency-Replayed", nullValue());
        assertNotEquals(first.<Integer>path("id"), other.<Integer>path("id"));
        assertEquals(
                other.asString(),
                post("other")
                        .then()
                        .header("Idempotency-Replayed", equalTo("true"))
                        .extract()
                        .asString());
    }

    @Test
    void expiredKeyIsReusableBeforeItsRemoval() throws Exception {
        statement.execute(LOCK);
        post("first").then().statusCode(201);
        Thread.sleep(2 * TTL_MILLISECONDS);
        assertEquals(1, keys(), "only one replica at a time removes keys, and this test holds the lock");

        post("other").then().statusCode(201).header("Idempotency-Replayed", nullValue());

        assertEquals(1, keys());
    }

    @Test
    void serviceRemovesAnyNumberOfExpiredKeys() throws Exception {
        post("removed").then().statusCode(201);
        statement.execute("insert into idempotency_keys (id, fingerprint, created_at)"
                + " select int4send(i), '', now() - interval '1 day' from generate_series(1, 12345) i");

        await("select count(*) from idempotency_keys", 0);
    }

    @Test
    void keyReusedDuringItsRemovalIsKept() throws Exception {
        statement.execute(LOCK);
        post("first").then().statusCode(201);
        Thread.sleep(TTL_MILLISECONDS);
        connection.setAutoCommit(false);
        // Like the service on a request, but an hour ahead, so that the key outlives this test.
        statement.execute("update idempotency_keys set created_at = now() + interval '1 hour'");
        statement.execute(LOCK.replace("lock", "unlock"));
        await("select count(*) from pg_stat_activity where wait_event_type = 'Lock'", 1);

        connection.commit();

        connection.setAutoCommit(true);
        await("select count(*) from pg_stat_activity where wait_event_type = 'Lock'", 0);
        assertEquals(1, keys());
    }

    @Test
    void answersMatchCreationsWhileReplicasRemoveKeys() throws Exception {
        Instant end = Instant.now().plusMillis(4 * TTL_MILLISECONDS);

        int made = Race.run(4, client -> {
                    int own = 0;
                    for (int i = 0; Instant.now().isBefore(end); i++) {
                        Response answer = send(programs.get(client % 2), key + i % 10, Creation.POST.body(key));
                        assertTrue(List.of(201, 409).contains(answer.statusCode()), answer::asString);
                        own += answer.statusCode() == 201 && answer.header("Idempotency-Replayed") == null ? 1 : 0;
                    }
                    return own;
                })
                .stream()
                .mapToInt(Integer::intValue)
                .sum();

        assertTrue(made >= 20, made + " are too few for keys that expire");
        assertEquals(made, count("select count(*) from posts where title = '" + key + "'"));
    }

    private Response post(String title) {
        return send(programs.get(0), key, "{\"title\": \"%s\", \"content\": \"c\"}".formatted(title));
    }

    private static Response send(Program program, String key, String body) {
        return given().port(program.port())
                .auth()
                .oauth2(token)
                .contentType(ContentType.JSON)
                .header(KEY, key)
                .body(body)
                .post("/posts");
    }

    private int keys() throws SQLException {
        return count("select count(*) from idempotency_keys");
    }

    private int count(String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    private void await(String sql, int count) throws Exception {
        Instant end = Instant.now().plusSeconds(Program.TIMEOUT_SECONDS);
        while (count(sql) != count) {
            assertTrue(Instant.now().isBefore(end), sql + " is not " + count);
            Thread.sleep(10);
        }
    }
}
