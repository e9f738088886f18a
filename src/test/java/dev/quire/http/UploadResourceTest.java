package dev.quire.http;

import static dev.quire.environment.Wire.exchange;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits on bodies, which count the bytes received over either protocol, not those announced. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class UploadResourceTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final String SHORT = "{\"title\": \"T\", \"content\": \"C\"}";

    private final Vertx vertx = Vertx.vertx();
    private Account author;

    @BeforeEach
    void register() {
        author = Account.register();
    }

    @AfterEach
    void close() {
        vertx.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void shortChunkedBodiesDoNotCountAsLong(HttpVersion version) throws Exception {
        HttpClient client = client(version);
        List<Future<Integer>> answers = IntStream.range(0, 200)
                .mapToObj(i -> request(client, "/posts").compose(request -> {
                    request.setChunked(true).write(SHORT);
                    return status(request.end().compose(sent -> request.response()));
                }))
                .toList();

        Future.all(answers).toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        assertEquals(Set.of(201), answers.stream().map(Future::result).collect(Collectors.toSet()));
    }

    /** With HTTP/2 a client may leave hundreds open over one connection. */
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void announcedBytesCountOnlyOnceReceived(HttpVersion version) throws Exception {
        HttpClient slow = client(version);
        try {
            for (int i = 0; i < 15; i++) {
                begin(slow, "/posts", Integer.toString(MEBIBYTE)).write("{");
            }
            Thread.sleep(200);

            author.request("{\"title\": \"T\", \"content\": \"%s\"}".formatted("x".repeat(20_000)))
                    .post("/posts")
                    .then()
                    .statusCode(201);
        } finally {
            slow.close();
        }
    }

    /** A request waits for its response only once its body is complete, and takes no place of another until then. */
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void missingBodiesDoNotBlockReads(HttpVersion version) throws Exception {
        var slow = new ArrayList<HttpClient>();
        try {
            for (int i = 0; i < 6; i++) {
                HttpClient client = client(version, 100);
                slow.add(client);
                for (int j = 0; j < 100; j++) {
                    await(await(request(client, "/posts")).setChunked(true).sendHead());
                }
            }
            Thread.sleep(200);

            given().get("/posts?limit=1").then().statusCode(200);
        } finally {
            slow.forEach(HttpClient::close);
        }
    }

    /** A client that uses up its share leaves the rest to the others. */
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void oneClientCannotTakeTheWholeUploadBudget(HttpVersion version) throws Exception {
        HttpClient greedy = client(version);
        var refused = new ArrayList<Future<Integer>>();
        try {
            for (int i = 0; i < 8; i++) {
                HttpClientRequest request = begin(greedy, "/posts", Integer.toString(MEBIBYTE));
                request.write(Buffer.buffer(" ".repeat(MEBIBYTE - 1)));
                refused.add(status(request.response()));
            }
            await(() -> refused.stream().anyMatch(Future::isComplete));
            assertEquals(
                    Set.of(503),
                    refused.stream()
                            .filter(Future::isComplete)
                            .map(Future::result)
                            .collect(Collectors.toSet()));
            assertTrue(refused.stream().filter(Future::isComplete).count() < 8);

            author.request("{\"title\": \"T\", \"content\": \"%s\"}".formatted("x".repeat(20_000)))
                    .header("X-Forwarded-For", "192.0.2.77")
                    .post("/posts")
                    .then()
                    .statusCode(201);
        } finally {
            greedy.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "POST /posts, Content-Type: application/json",
        "POST /posts, Expect: 100-continue",
        "PUT /nothing, Expect: 100-continue",
        "GET /posts, Accept: application/json"
    })
    void announcedTooLongBodyIsRefusedBeforehand(String line, String field) throws IOException {
        long began = System.nanoTime();
        String answer = exchange(line + " HTTP/1.1\nHost: quire\n" + field + "\nContent-Length: 5368709120\n");

        assertThat(answer, startsWith("HTTP/1.1 413 "));
        assertThat(answer, containsString("\"traceId\":"));
        assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(8));
    }

    @Test
    void announcedTooLongBodyIsRefusedOverHttp2() throws Exception {
        assertTooLarge(begin(client(HttpVersion.HTTP_2), "/posts", "5368709120"));
    }

    @Test
    void tooLongChunkedBodyIsRefusedOverHttp2() throws Exception {
        HttpClientRequest request = await(request(client(HttpVersion.HTTP_2), "/posts"));
        request.setChunked(true).write(Buffer.buffer(" ".repeat(MEBIBYTE + 1)));
        assertTooLarge(request);
    }

    /** RFC 9113, section 8.2.2: clients treat a response with these fields as malformed. */
    private static void assertTooLarge(HttpClientRequest request) throws Exception {
        HttpClientResponse answer = await(request.response());
        assertEquals(413, answer.statusCode());
        assertEquals("application/problem+json", answer.getHeader("Content-Type"));
        var fields = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        fields.addAll(answer.headers().names());
        fields.retainAll(Set.of("Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade"));
        assertEquals(Set.of(), fields);
    }

    /** The rest of a body is not read for ever, once its request is refused. */
    @ParameterizedTest
    @ValueSource(strings = {"POST /posts", "POST /nothing", "PUT /posts", "GET /posts?limit=1"})
    void clientThatKeepsSendingAfterTheAnswerIsCutOff(String line) throws Exception {
        try (var socket = new Socket("localhost", RestAssured.port)) {
            socket.getOutputStream()
                    .write((line + " HTTP/1.1\r\nHost: quire\r\nTransfer-Encoding: chunked\r\n\r\n")
                            .getBytes(US_ASCII));
            byte[] chunk = ("10000\r\n" + " ".repeat(0x10000) + "\r\n").getBytes(US_ASCII);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            try {
                while (true) {
                    socket.getOutputStream().write(chunk);
                    assertTrue(System.nanoTime() < end, "the connection is still read");
                }
            } catch (IOException e) {
                // Cut off
            }
        }
    }

    @Test
    void idleClientIsCutOffAfterTheAnswer() throws IOException {
        String answer = exchange("POST /posts HTTP/1.1\nHost: quire\nContent-Length: 100000\n");

        assertThat(answer, startsWith("HTTP/1.1 401 "));
    }

    /** Only the stream is reset: others of the connection go on. */
    @Test
    void http2StreamThatKeepsSendingIsReset() throws Exception {
        HttpClient client = client(HttpVersion.HTTP_2);
        HttpClientRequest endless = await(client.request(HttpMethod.POST, RestAssured.port, "localhost", "/posts"));
        endless.setChunked(true).putHeader("Content-Type", "application/json").sendHead();
        assertEquals(401, await(endless.response()).statusCode());
        var reset = new CompletableFuture<Void>();
        endless.exceptionHandler(failure -> reset.complete(null));
        reset.get(20, TimeUnit.SECONDS);

        HttpClientRequest other = await(request(client, "/posts"));
        assertEquals(201, await(status(other.send(SHORT))));
        assertEquals(endless.connection(), other.connection());
    }

    /** They would be served, and counted as another path. */
    @ParameterizedTest
    @CsvSource({
        "HTTP_1_1, //authentication/log-in",
        "HTTP_2, //authentication/log-in",
        "HTTP_1_1, /authentication//log-in",
        "HTTP_1_1, /posts/../authentication/log-in",
        "HTTP_1_1, /posts/%2e%2E/authentication/log-in",
        "HTTP_1_1, /./authentication/log-in",
        "HTTP_1_1, /authentication/log-in/.",
        "HTTP_1_1, /authentication;x/log-in",
        "HTTP_2, /authentication;x/log-in",
        "HTTP_1_1, //posts"
    })
    void otherSpellingsOfAPathAreNotServed(HttpVersion version, String path) throws Exception {
        HttpClientRequest request = await(request(client(version), path));

        assertEquals(path.contains(";") ? 404 : 400, await(status(request.send("{}"))));
    }

    private HttpClient client(HttpVersion version) {
        return client(version, 20);
    }

    /** Closes the client during requests, which Vert.x logs for the connections of a client, too. */
    private HttpClient client(HttpVersion version, int connections) {
        return vertx.httpClientBuilder()
                .with(new HttpClientOptions().setProtocolVersion(version).setHttp2ClearTextUpgrade(false))
                .with(new PoolOptions().setHttp1MaxSize(connections).setHttp2MaxSize(1))
                .withConnectHandler(connection -> connection.exceptionHandler(failure -> {}))
                .build();
    }

    private Future<HttpClientRequest> request(HttpClient client, String path) {
        return client.request(HttpMethod.POST, RestAssured.port, "localhost", path)
                .map(request -> request.putHeader("Content-Type", "application/json")
                        .putHeader("Authorization", "Bearer " + author.token()));
    }

    private HttpClientRequest begin(HttpClient client, String path, String length) throws Exception {
        HttpClientRequest request = await(request(client, path));
        await(request.putHeader("Content-Length", length).sendHead());
        return request;
    }

    private static Future<Integer> status(Future<HttpClientResponse> answer) {
        return answer.map(HttpClientResponse::statusCode);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20); !condition.getAsBoolean(); Thread.sleep(10)) {
            assertTrue(System.nanoTime() < end);
        }
    }
}
