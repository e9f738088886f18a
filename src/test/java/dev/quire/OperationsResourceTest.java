package dev.quire;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.HttpClientConfig;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class OperationsResourceTest {
    /** A request without a response within this time hangs. */
    private static final int TIMEOUT_MILLISECONDS = 20_000;

    private static Account ada;

    private static Account ada() {
        if (ada == null) {
            ada = Account.register();
        }
        return ada;
    }

    @AfterEach
    void restoreTheDatabase() throws Exception {
        Environment.restoreNetwork();
        await(() -> withTimeout().get("/posts?limit=1").statusCode() == 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/q/health/live", "/q/health/ready", "/q/health/started"})
    void probesAreOnThePortForOperators(String path) {
        operator().get(path).then().statusCode(200).body("status", equalTo("UP"));

        given().get(path).then().spec(problem(404));
    }

    @Test
    void metricsAreOnThePortForOperators() {
        given().get("/posts?limit=1").then().statusCode(200);

        operator().get("/q/metrics").then().statusCode(200).body(containsString("http_server_requests_seconds_count"));

        given().get("/q/metrics").then().spec(problem(404));
    }

    @Test
    void theApiIsNotOnThePortForOperators() {
        operator().get("/posts").then().statusCode(404);
    }

    @Test
    void openApiIsServedOnThePortOfTheApi() {
        given().accept("application/json")
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .body("openapi", matchesPattern("3\\..*"))
                .body("paths", hasKey("/posts/{id}"));
    }

    @Test
    @Timeout(value = 180, unit = SECONDS)
    void serviceReportsALostDatabaseAndRecovers() throws Exception {
        Account author = ada();
        int post = author.post("Kept");

        Environment.network().cut();

        withTimeout()
                .get("/posts/{post}", post)
                .then()
                .spec(problem(503))
                .header("Retry-After", matchesPattern("[0-9]+"));
        withTimeout().get("/categories").then().spec(problem(503)).header("Retry-After", matchesPattern("[0-9]+"));
        write(author).then().spec(problem(503)).header("Retry-After", matchesPattern("[0-9]+"));
        await(() -> readiness().statusCode() == 503);
        assertEquals("DOWN", readiness().path("status"));
        operator().get("/q/health/live").then().statusCode(200);

        Environment.network().restore();

        await(() -> withTimeout().get("/posts/{post}", post).statusCode() == 200);
        await(() -> readiness().statusCode() == 200);
        write(author).then().statusCode(201);
    }

    @Test
    @Timeout(value = 180, unit = SECONDS)
    void requestsFailFastBehindADeadNetwork() throws Exception {
        Account author = ada();
        int post = author.post("Kept");

        Environment.network().stall();

        var read = CompletableFuture.supplyAsync(() -> withTimeout().get("/posts/{post}", post));
        write(author).then().spec(problem(503)).header("Retry-After", matchesPattern("[0-9]+"));
        read.join().then().spec(problem(503)).header("Retry-After", matchesPattern("[0-9]+"));
        operator().get("/q/health/live").then().statusCode(200);

        Environment.network().restore();

        await(() -> withTimeout().get("/posts/{post}", post).statusCode() == 200);
        write(author).then().statusCode(201);
    }

    @Test
    @Timeout(value = 180, unit = SECONDS)
    void readsRecoverFromDeadConnections() throws Exception {
        int post = ada().post("Kept");
        withTimeout().get("/posts/{post}", post).then().statusCode(200);

        Environment.network().stallEstablished();

        withTimeout().get("/posts/{post}", post).then().spec(problem(503));
        await(() -> withTimeout().get("/posts/{post}", post).statusCode() == 200);
    }

    /** A check on a new connection finds that the others are dead, long before their statements time out. */
    @Test
    @Timeout(value = 180, unit = SECONDS)
    void healthCheckReplacesDeadConnections() throws Exception {
        Account author = ada();
        author.post("Written before");

        Environment.network().stallEstablished();

        long stalled = System.nanoTime();
        await(() -> write(author).statusCode() == 201);
        assertTrue(System.nanoTime() - stalled < SECONDS.toNanos(9), "it took a whole timeout of 9.5 s");
    }

    /** More requests than connections, each with a key that is released when its request times out. */
    @Test
    @Timeout(value = 180, unit = SECONDS)
    void writesRecoverFromDeadConnections() throws Exception {
        Account author = ada();
        author.post("Written before");

        Environment.network().stallEstablished();

        List<String> keys =
                Stream.generate(() -> UUID.randomUUID().toString()).limit(30).toList();
        keys.stream()
                .map(key -> CompletableFuture.supplyAsync(() -> write(author, key)))
                .toList()
                .forEach(answer -> answer.join().then().statusCode(anyOf(is(201), is(503))));
        long given = System.nanoTime();
        await(() -> write(author).statusCode() == 201);
        assertTrue(System.nanoTime() - given < SECONDS.toNanos(8), "it waits for a connection that is dead");
        // PostgreSQL does not notice either, and ends a transaction that is idle for 10 s.
        for (String key : keys) {
            await(() -> write(author, key).statusCode() == 201);
        }
    }

    @Test
    @Timeout(value = 180, unit = SECONDS)
    void revocationListenerReplacesADeadConnection() throws Exception {
        Environment.network().stall();
        await(() -> "DOWN".equals(readiness().path("checks.find { it.name == 'Revocations' }.status")));
        // By then there is another connection, which gets no reply either.
        Thread.sleep(2000);

        Environment.network().stallEstablished();

        await(() -> readiness().statusCode() == 200);
    }

    /** The machine may be slow, or only that connection may be dead. */
    @Test
    @Timeout(value = 180, unit = SECONDS)
    void oneLateCheckDoesNotMakeTheServiceUnready() throws Exception {
        Environment.network().stallEstablished();

        // The check in progress, or the next one, fails after 2 s.
        for (long end = System.nanoTime() + SECONDS.toNanos(5); System.nanoTime() < end; Thread.sleep(50)) {
            assertEquals("UP", readiness().path("checks.find { it.name == 'Database' }.status"));
        }
    }

    @Test
    @Timeout(value = 180, unit = SECONDS)
    void requestsFailFastWhileTheDatabaseHangs() throws Exception {
        Account author = ada();
        Environment.network().stall();
        await(() -> readiness().statusCode() == 503);

        for (int i = 0; i < 3; i++) {
            long asked = System.nanoTime();
            withTimeout().get("/posts").then().spec(problem(503)).header("Retry-After", matchesPattern("[0-9]+"));
            write(author).then().spec(problem(503)).header("Retry-After", matchesPattern("[0-9]+"));
            readiness().then().statusCode(503);
            // Each of them would take 5 or 10 s.
            assertTrue(System.nanoTime() - asked < SECONDS.toNanos(4), "they wait");
        }
    }

    /** Some clients send such bodies, and no operation reads them. */
    @Test
    @Timeout(value = 180, unit = SECONDS)
    void requestsWithUnexpectedBodiesFailFastBehindADeadNetwork() throws Exception {
        Account author = ada();
        int post = author.post("Kept");
        int category = author.category("Kept as well");

        Environment.network().stall();

        Stream.of(
                        "GET /posts HTTP/1.1\nContent-Length: 0\n",
                        "GET /posts HTTP/1.1\nContent-Length: 2\n",
                        "PUT /posts/" + post + "/categories/" + category + " HTTP/1.1\nContent-Length: 0\n",
                        "PUT /posts/" + post + "/categories/" + category + " HTTP/1.1\nContent-Length: 2\n",
                        "DELETE /posts/" + post + " HTTP/1.1\nContent-Length: 2\n")
                .map(head -> CompletableFuture.runAsync(() -> {
                    String answer =
                            exchange(head + "Content-Type: application/json\nHost: localhost\nConnection: close\n"
                                    + "Authorization: Bearer " + author.token() + "\n");
                    assertTrue(answer.startsWith("HTTP/1.1 503"), () -> head + answer);
                }))
                .toList()
                .forEach(CompletableFuture::join);
    }

    private static String exchange(String head) {
        try {
            return Wire.exchange(head, head.contains("Content-Length: 2") ? "{}".getBytes(US_ASCII) : new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(head, e);
        }
    }

    private static Response write(Account author) {
        return write(author, UUID.randomUUID().toString());
    }

    private static Response write(Account author, String key) {
        return withTimeout()
                .header("Idempotency-Key", key)
                .auth()
                .oauth2(author.token())
                .contentType("application/json")
                .body("{\"title\": \"Written\", \"content\": \"Content\"}")
                .post("/posts");
    }

    /** A request that fails unless it is answered in time. */
    private static RequestSpecification withTimeout() {
        return given().config(RestAssured.config()
                .httpClient(HttpClientConfig.httpClientConfig()
                        .setParam("http.socket.timeout", TIMEOUT_MILLISECONDS)
                        .setParam("http.connection.timeout", TIMEOUT_MILLISECONDS)));
    }

    private static RequestSpecification operator() {
        return withTimeout().port(Environment.MANAGEMENT_PORT);
    }

    private static Response readiness() {
        return operator().get("/q/health/ready");
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + SECONDS.toNanos(60);
        while (!condition.call()) {
            assertTrue(System.nanoTime() < end, "the condition does not become true");
            Thread.sleep(100);
        }
    }
}
