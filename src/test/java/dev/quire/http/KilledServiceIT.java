package dev.quire.http;

import static dev.quire.http.Creation.KEY;
import static dev.quire.http.Creation.NONE_CREATED;
import static dev.quire.http.Creation.countCreated;
import static dev.quire.http.Creation.unique;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Program;
import dev.quire.environment.TcpFaultInjector;
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
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The service is killed during a request, restarted, and sent the same request. */
class KilledServiceIT {
    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static TcpFaultInjector network;
    private static Map<String, String> environment;

    private final String key = unique();
    private final String word = unique();
    private Connection connection;
    private Statement statement;
    private Program program;
    private String token;

    @BeforeAll
    static void prepare() throws Exception {
        postgres = EmbeddedPostgres.start();
        network = new TcpFaultInjector(postgres.getPort());
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            // The start of the service takes longer than a request may wait.
            statement.execute("alter role postgres set lock_timeout = '5min'");
            statement.execute("alter role postgres set statement_timeout = '5min'");
        }
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        environment = Program.environment(network.port(), keys);
    }

    @AfterAll
    static void stopPostgres() throws Exception {
        network.close();
        postgres.close();
    }

    @BeforeEach
    void start() throws Exception {
        program = new Program(environment, folder).await();
        token = given().port(program.port())
                .contentType(ContentType.JSON)
                .body(Program.ADMIN)
                .post("/authentication/log-in")
                .path("accessToken");
        connection = postgres.getPostgresDatabase().getConnection();
        statement = connection.createStatement();
        // Each commit of a key waits for a lock, which is free unless a test holds it.
        statement.execute("""
                create or replace function hold() returns trigger language plpgsql as
                  $$ begin perform pg_advisory_xact_lock_shared(1); return null; end $$;
                drop trigger if exists hold on idempotency_keys;
                create constraint trigger hold after insert on idempotency_keys
                  deferrable initially deferred for each row execute function hold()
                """);
    }

    @AfterEach
    void stop() throws Exception {
        connection.close();
        program.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"POST", "REGISTRATION"})
    void killAfterTheCommitIsReplayed(Creation creation) throws Exception {
        statement.execute("select pg_advisory_lock(1)");
        CompletableFuture<Response> lost = CompletableFuture.supplyAsync(() -> send(creation));
        awaitBlocked();
        network.dropAnswers();
        statement.execute("select pg_advisory_unlock(1)");
        await(() -> countCreated(connection, word).equals(creation.once));

        killAndStart(lost);

        send(creation).then().statusCode(201).header("Idempotency-Replayed", equalTo("true"));
        assertEquals(creation.once, countCreated(connection, word));
    }

    @ParameterizedTest
    @EnumSource(names = {"POST", "REGISTRATION"})
    void killDuringTheCommitIsInProgressThenReplayed(Creation creation) throws Exception {
        statement.execute("select pg_advisory_lock(1)");
        CompletableFuture<Response> lost = CompletableFuture.supplyAsync(() -> send(creation));
        awaitBlocked();

        killAndStart(lost);

        CompletableFuture<Response> early = CompletableFuture.supplyAsync(() -> send(creation));
        await(() -> blocked() == 2);
        statement.execute("select pg_advisory_unlock(1)");
        early.join().then().statusCode(409).body("type", equalTo("urn:quire:problem:under-way"));
        send(creation).then().statusCode(201).header("Idempotency-Replayed", equalTo("true"));
        assertEquals(creation.once, countCreated(connection, word));
    }

    @ParameterizedTest
    @EnumSource(names = {"POST", "REGISTRATION"})
    void killBeforeTheCommitIsExecutedAnew(Creation creation) throws Exception {
        connection.setAutoCommit(false);
        statement.execute("lock table categories, addresses in share mode");
        CompletableFuture<Response> lost = CompletableFuture.supplyAsync(() -> send(creation));
        awaitBlocked();

        killAndStart(lost);

        connection.rollback();
        connection.setAutoCommit(true);
        assertEquals(NONE_CREATED, countCreated(connection, word));
        send(creation).then().statusCode(201).header("Idempotency-Replayed", nullValue());
        assertEquals(creation.once, countCreated(connection, word));
    }

    private Response send(Creation creation) {
        RequestSpecification request = given().port(program.port());
        return (creation == Creation.REGISTRATION ? request : request.auth().oauth2(token))
                .contentType(ContentType.JSON)
                .header(KEY, key)
                .body(creation.body(word))
                .post(creation.path);
    }

    private void killAndStart(CompletableFuture<Response> lost) throws Exception {
        program.close();
        assertThrows(CompletionException.class, lost::join);
        network.restore();
        program = new Program(environment, folder).await();
    }

    private void awaitBlocked() throws Exception {
        await(() -> blocked() == 1);
    }

    private int blocked() throws SQLException {
        String blocked = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'";
        try (ResultSet row = statement.executeQuery(blocked)) {
            row.next();
            return row.getInt(1);
        }
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        Instant end = Instant.now().plusSeconds(Program.TIMEOUT_SECONDS);
        while (!condition.call()) {
            assertTrue(Instant.now().isBefore(end), "the condition does not become true");
            Thread.sleep(10);
        }
    }
}
