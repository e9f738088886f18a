package dev.quire.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Metrics;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * More and longer requests than the service accepts: the excess is refused immediately, and the others are not lost.
 */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class OverloadResourceTest {
    private static final int MAX_WAITING = 500;

    /** Requests of both kinds count together. */
    private static final List<String> READS =
            List.of("/posts", "/graphql?query=%7B%20categories%20%7B%20totalCount%20%7D%20%7D");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void excessRequestsAreRefusedImmediately() throws Exception {
        double before = Metrics.refused("full");
        Environment.network().stall();
        List<CompletableFuture<HttpResponse<String>>> all;
        try {
            all = IntStream.range(0, MAX_WAITING + 100)
                    .mapToObj(i -> client.sendAsync(request(READS.get(i % 2)), BodyHandlers.ofString()))
                    .toList();
            // Their order of arrival is unknown; the first hundred responses are those of the last hundred.
            for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60); answered(all) < 100; Thread.sleep(10)) {
                assertTrue(System.nanoTime() < end, "only " + answered(all) + " were answered");
            }
            for (CompletableFuture<HttpResponse<String>> one : all) {
                if (one.isDone()) {
                    assertEquals(503, one.join().statusCode());
                    assertTrue(one.join().body().contains("The service is overloaded."), one.join()::body);
                    assertTrue(one.join().headers().firstValue("Retry-After").isPresent());
                    assertTrue(one.join().body().contains("\"traceId\":\""), one.join()::body);
                }
            }
            assertEquals(100, answered(all));
            assertEquals(100, Metrics.refused("full") - before);

            // The user of a log-in is not known yet.
            assertEquals(503, client.send(logIn(), BodyHandlers.ofString()).statusCode());
            for (String read : READS) {
                assertEquals(
                        503, client.send(request(read), BodyHandlers.ofString()).statusCode());
            }
        } finally {
            Environment.restoreNetwork();
        }
        all.forEach(one -> one.orTimeout(60, TimeUnit.SECONDS).join());
        given().get("/posts").then().statusCode(200);
    }

    /** Log-ins have a limit of their own: any number of waiting ones takes no room from other requests. */
    @Test
    void waitingLogInsAreNotCounted() throws Exception {
        double before = Metrics.refused("full");
        List<CompletableFuture<HttpResponse<String>>> logIns;
        Environment.network().stall();
        try {
            logIns = IntStream.range(0, MAX_WAITING + 100)
                    .mapToObj(i -> client.sendAsync(logIn(), BodyHandlers.ofString()))
                    .toList();
            await(() -> active() > MAX_WAITING);
            HttpRequest keys = request("/.well-known/jwks.json");
            assertEquals(200, client.send(keys, BodyHandlers.ofString()).statusCode());
            assertEquals(0, Metrics.refused("full") - before);
        } finally {
            Environment.restoreNetwork();
        }
        logIns.forEach(one -> one.orTimeout(60, TimeUnit.SECONDS).join());
    }

    /** The time limit of a request counts from the end of its body, or from the last part received. */
    @Test
    void slowUploadIsServed() throws Exception {
        Account author = Account.register();
        List<String> parts = List.of("{\"title\": \"Slow\",", " \"content\":", " \"Content\"}");
        var out = new PipedOutputStream();
        var in = new PipedInputStream(out);
        HttpRequest slow = HttpRequest.newBuilder(uri("/posts"))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + author.token())
                .POST(BodyPublishers.ofInputStream(() -> in))
                .build();

        CompletableFuture<HttpResponse<String>> answer = client.sendAsync(slow, BodyHandlers.ofString());
        for (String part : parts) {
            Thread.sleep(4000);
            out.write(part.getBytes(US_ASCII));
            out.flush();
        }
        out.close();

        assertEquals(201, answer.get(60, TimeUnit.SECONDS).statusCode());
    }

    /** Bodies are in memory until they are answered, at any speed and from any client. */
    @Test
    void excessLongBodiesAreRefused() throws Exception {
        Account author = Account.register();
        var slow = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 5; i++) {
                slow.add(begin(author, i, 1048576));
            }
            // These fill the remaining memory, in which no further body of this size fits.
            for (int i = 0; publish(author, "€".repeat(20_000)).statusCode() != 503; i++) {
                assertTrue(i < 100);
                slow.add(begin(author, i, 30_000));
            }
            publish(author, "€".repeat(20_000)).then().statusCode(503).header("Retry-After", notNullValue());
            publish(author, "€".repeat(1000)).then().statusCode(201);
        } finally {
            closeAll(slow);
        }
        await(() -> publish(author, "€".repeat(20_000)).statusCode() == 201);
    }

    /** Answers are in memory until they are read. */
    @Test
    void pagesAreRefusedWhileTooManyAreUnread() throws Exception {
        Account author = Account.register();
        for (int i = 0; i < 10; i++) {
            publish(author, "𝄞".repeat(100_000)).then().statusCode(201);
        }
        String list = "/users/" + author.id() + "/posts";
        int post = given().get(list + "?fields=id").path("[0].id");
        var unread = new ArrayList<Socket>();
        try {
            // More MB each than the network buffers, and one after another, since all at once would time out on a slow
            // machine.
            for (int i = 0; given().get("/posts?limit=1").statusCode() != 503; i++) {
                assertTrue(i < 100);
                unread.add(open("GET " + list + "?include=author.posts HTTP/1.1\r\nHost: localhost\r\n\r\n"));
                unread.get(i).getInputStream().read();
            }
            given().get("/posts?limit=1").then().statusCode(503).header("Retry-After", notNullValue());
            given().get("/posts/{id}", post).then().statusCode(200);
        } finally {
            closeAll(unread);
            Database.execute("delete from posts where author_id = ?", author.id());
        }
        await(() -> given().get("/posts?limit=1").statusCode() == 200);
    }

    /** Sends a post from a client of its own, except for its last byte. */
    private static Socket begin(Account author, int client, int length) throws IOException {
        Socket socket = open("POST /posts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer " + author.token() + "\r\nX-Forwarded-For: 192.0.2." + client
                + "\r\nContent-Length: " + length + "\r\n\r\n");
        socket.getOutputStream().write(" ".repeat(length - 1).getBytes(US_ASCII));
        return socket;
    }

    private static Response publish(Account author, String content) {
        return author.request("{\"title\": \"Long\", \"content\": \"%s\"}".formatted(content))
                .post("/posts");
    }

    private static Socket open(String begin) throws IOException {
        var socket = new Socket();
        // Bytes in the buffers of the network are no longer in the memory of the service.
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress("localhost", RestAssured.port));
        socket.getOutputStream().write(begin.getBytes(US_ASCII));
        return socket;
    }

    private static void closeAll(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60); !condition.getAsBoolean(); Thread.sleep(10)) {
            assertTrue(System.nanoTime() < end);
        }
    }

    private static long answered(List<CompletableFuture<HttpResponse<String>>> all) {
        return all.stream().filter(CompletableFuture::isDone).count();
    }

    private static double active() {
        return Metrics.all().entrySet().stream()
                .filter(series -> series.getKey().startsWith("http_server_active_requests"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    private static HttpRequest logIn() {
        return HttpRequest.newBuilder(uri("/authentication/log-in"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"email\": \"%s@quire.test\", \"password\": \"not the password\"}"
                        .formatted(UUID.randomUUID())))
                .build();
    }

    private static HttpRequest request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(60)).build();
    }

    private static URI uri(String path) {
        return URI.create("http://localhost:" + RestAssured.port + path);
    }
}
