package dev.quire.observability;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Metrics;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The metrics for operators, which follow the load and do not grow with the requests of clients. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class MetricsResourceTest {
    private static final String POOL = "{pool_name=\"pool\",pool_type=\"sql\"}";
    private static final String HASHING = "{name=\"password-hashing\"}";

    /** The number of connections in the pool. */
    private static final int CONNECTIONS = 12;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void requestsAreCountedByTheirRoute() {
        String series = "http_server_requests_seconds_count"
                + "{method=\"GET\",outcome=\"CLIENT_ERROR\",status=\"404\",uri=\"/posts/{id}/categories\"}";
        double before = Metrics.value(series);

        given().get("/posts/777000777/categories").then().statusCode(404);
        given().get("/posts/777000778/categories").then().statusCode(404);

        assertEquals(2, Metrics.value(series) - before);
    }

    @Test
    void numberOfSeriesIsBoundedByTheRoutes() throws Exception {
        Account ada = Account.register();
        sendAllKinds(ada, 777_000_000);
        Set<String> few = requests();
        for (int i = 1; i <= 50; i++) {
            sendAllKinds(ada, 777_000_000 + i);
        }

        assertEquals(few, requests());
        few.forEach(series -> assertFalse(series.contains("777"), series));
        assertTrue(few.stream().anyMatch(series -> series.contains("uri=\"/unknown\"")), few::toString);
        assertTrue(few.stream().anyMatch(series -> series.contains("method=\"OTHER\"")), few::toString);
    }

    /** Sends requests with and without a route, refused early and late, by JAX-RS and before it. */
    private static void sendAllKinds(Account ada, int number) throws Exception {
        for (String path : List.of(
                "/posts/" + number,
                "/posts/x" + number,
                "/posts/%20" + number,
                "/posts/" + number + "/nothing",
                "/nowhere/" + number,
                "/nowhere" + number,
                "/q/" + number,
                "//posts/" + number,
                "/posts?cursor=" + number)) {
            given().urlEncodingEnabled(false).get(path);
            ada.request().urlEncodingEnabled(false).delete(path);
            given().urlEncodingEnabled(false).options(path);
        }
        given().post("/posts/" + number);
        given().request("BREW" + number, "/posts/" + number);
        given().contentType("text/plain").body("x").put("/posts/" + number);
        given().header("Origin", "https://app.quire.test")
                .header("Access-Control-Request-Method", "GET")
                .options("/posts/" + number);
        Wire.exchange("GET /posts/%zz" + number + " HTTP/1.1\nHost: quire\nConnection: close\n");
        Wire.exchange("GET /posts/" + number + " HTTP/1.1\nHost: quire\nConnection: close\nAuthorization: a\n"
                + "Authorization: b\n");
        for (String head : List.of(
                "GET /posts/" + number + " HTTP/1.1\nHost: quire\nX-A: a\u0001b\n",
                "GET /anything/" + number + " HTTP/1.1\nX\u0001: b\nHost: quire\n",
                "GET /anything/" + number + " HTTP/1.1\nConnection: close\n",
                "GET /anything/" + number + " HTTP/1.1\nHost: a\nHost: b\nConnection: close\n",
                "GET /anything/" + number + " HTTP/9.9\nHost: quire\n",
                "GET anything" + number + " HTTP/1.1\nHost: quire\nConnection: close\n",
                "GET /posts;x=" + number + "/ HTTP/1.1\nHost: quire\nConnection: close\n",
                "GET http://" + number + "/" + number + " HTTP/1.1\nHost: quire\nConnection: close\n",
                "GET /anything/" + number + "?q=" + "a".repeat(5000) + " HTTP/1.1\nHost: quire\n",
                "GET /anything/" + number + " HTTP/1.1\nHost: quire\nX-A: " + "a".repeat(30_000) + "\n",
                "POST /anything/" + number + " HTTP/1.1\nHost: quire\nTransfer-Encoding: x\n",
                "POST /anything/" + number + " HTTP/1.1\nHost: quire\nTransfer-Encoding: chunked\n\nx\n")) {
            Wire.exchange(head);
        }
    }

    private static Set<String> requests() {
        return Metrics.all().keySet().stream()
                .filter(series -> series.startsWith("http_server_requests_seconds_count"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void metricsShowUsedAndIdleDatabaseConnections() throws Exception {
        Account ada = Account.register();
        Metrics.await("sql_pool_idle" + POOL, idle -> idle == CONNECTIONS);
        List<CompletableFuture<HttpResponse<Void>>> all;
        try (Connection connection = Database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table categories");

            all = IntStream.range(0, CONNECTIONS + 3)
                    .mapToObj(i -> send(request("/categories/named/Seen%20" + i)
                            .header("Authorization", "Bearer " + ada.token())
                            .PUT(BodyPublishers.noBody())))
                    .toList();
            CompletableFuture<HttpResponse<Void>> read = send(request("/categories"));

            Metrics.await("sql_pool_active" + POOL, active -> active == CONNECTIONS);
            Metrics.await("sql_pool_idle" + POOL, idle -> idle == 0);
            Metrics.await("pipeline_statements", underWay -> underWay > 0);
            connection.rollback();
            assertEquals(200, read.join().statusCode());
        }
        all.forEach(one -> assertEquals(201, one.join().statusCode()));
        Metrics.await("sql_pool_active" + POOL, active -> active == 0);
        // Waiting requests are measured by their waiting time: the gauge of Vert.x is wrong after an outage.
        assertTrue(Metrics.value("sql_pool_queue_delay_seconds_count" + POOL) > CONNECTIONS);
        assertEquals(0, Metrics.value("sql_pool_queue_size" + POOL));
        Metrics.await("pipeline_statements", underWay -> underWay == 0);
    }

    @Test
    void metricsShowHashedAndWaitingPasswords() throws Exception {
        double before = Metrics.value("executor_seconds_count" + HASHING);
        List<CompletableFuture<HttpResponse<Void>>> all = IntStream.range(0, 20)
                .mapToObj(i -> send(logIn(UUID.randomUUID() + "@quire.test")))
                .toList();

        Metrics.await("executor_active_threads" + HASHING, busy -> busy > 0);
        Metrics.await("executor_queued_tasks" + HASHING, waiting -> waiting > 5);
        // On a slow machine some of them time out before their turn.
        all.forEach(one -> assertTrue(Set.of(401, 503).contains(one.join().statusCode())));
        Metrics.await("executor_queued_tasks" + HASHING, waiting -> waiting == 0);
        Metrics.await("executor_active_threads" + HASHING, busy -> busy == 0);
        assertEquals(20, Metrics.value("executor_seconds_count" + HASHING) - before, 1);
    }

    @Test
    void refusalsAreCountedByTheirReason() throws Exception {
        double attempts = Metrics.refused("attempts");
        String email = UUID.randomUUID() + "@quire.test";
        for (int i = 0; i < 10; i++) {
            assertEquals(401, send(logIn(email)).join().statusCode());
        }
        assertEquals(429, send(logIn(email)).join().statusCode());
        assertEquals(1, Metrics.refused("attempts") - attempts);

        double database = Metrics.refused("database");
        double deadline = Metrics.refused("deadline");
        try {
            Environment.network().cut();
            assertEquals(503, send(request("/posts")).join().statusCode());
            assertEquals(1, Metrics.refused("database") - database);

            Environment.restoreNetwork();
            while (send(request("/posts")).join().statusCode() != 200) {
                Thread.sleep(100);
            }
            Environment.network().stall();
            assertEquals(503, send(request("/posts")).join().statusCode());
            assertEquals(1, Metrics.refused("deadline") - deadline);
        } finally {
            Environment.restoreNetwork();
        }
    }

    /** While others read, exports take turns. */
    @Test
    void exportClosedWhileWaitingIsNotCountedAsRunning() throws Exception {
        var over = new AtomicBoolean();
        List<CompletableFuture<Void>> readers = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.runAsync(() -> {
                    while (!over.get()) {
                        send(request("/posts?limit=1")).join();
                    }
                }))
                .toList();
        try {
            for (int i = 0; i < 300; i++) {
                try (var export = new Socket("localhost", RestAssured.port)) {
                    export.getOutputStream()
                            .write("GET /posts HTTP/1.1\r\nHost: quire\r\nAccept: application/x-ndjson\r\n\r\n"
                                    .getBytes(US_ASCII));
                }
            }
        } finally {
            over.set(true);
            readers.forEach(CompletableFuture::join);
        }

        // After 10 s a connection with unanswered statements would be considered dead.
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(8);
        while (Metrics.value("pipeline_statements") > 0) {
            assertTrue(System.nanoTime() < end, "unsent statements are counted");
            Thread.sleep(50);
        }
    }

    private static HttpRequest.Builder logIn(String email) {
        return request("/authentication/log-in")
                .header("Content-Type", "application/json")
                .header("X-Forwarded-For", "192.0.2.78")
                .POST(BodyPublishers.ofString("{\"email\": \"%s\", \"password\": \"wrong\"}".formatted(email)));
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path));
    }

    private CompletableFuture<HttpResponse<Void>> send(HttpRequest.Builder request) {
        return client.sendAsync(request.build(), BodyHandlers.discarding());
    }
}
