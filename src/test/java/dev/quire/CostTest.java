package dev.quire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.References;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Costs of requests that do not depend on the machine: statements, bytes of the response, and bytes allocated by the
 * threads of the service. In the JVM of the tests only, where those threads can be measured.
 */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class CostTest {
    /** Requests until the hot code is compiled and its allocation is stable. */
    private static final int WARM_UP = 300;

    private static final int MEASURED = 200;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static Account author;
    private static String post;
    private static String page;
    private static List<Integer> categories;

    @BeforeEach
    void fill() {
        author = Account.register();
        categories = author.categories("Costs", 3);
        for (int i = 0; i < 25; i++) {
            post = "/posts/" + author.post("Title " + i, categories);
        }
        page = "/posts?author=" + author.id();
    }

    /**
     * A request and its budget.
     *
     * @param kibibytes allocated, which vary by a tenth from run to run
     */
    private record Cost(
            String method, String path, String body, int statements, int bytes, int kibibytes, String... headers) {
        HttpRequest request() {
            BodyPublisher publisher = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
            var request = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path))
                    .method(method, publisher)
                    .header("Content-Type", "application/json");
            if (headers.length > 0) {
                request.headers(headers);
            }
            if (Arrays.asList(headers).contains("Idempotency-Key")) {
                request.setHeader("Idempotency-Key", UUID.randomUUID().toString());
            }
            return request.build();
        }
    }

    @Test
    void requestsStayWithinTheirBudgets() throws Exception {
        String token = "Bearer " + author.token();
        String tag = CLIENT.send(new Cost("GET", post, null, 0, 0, 0).request(), BodyHandlers.ofString())
                .headers()
                .firstValue("ETag")
                .orElseThrow();
        String article = "{\"title\": \"Title\", \"content\": \"Content\", \"categories\": %s}"
                .formatted(References.ids(categories));
        assertAll(Stream.of(
                        new Cost("GET", post, null, 1, 557, 32),
                        new Cost("GET", post, null, 1, 282, 36, "If-None-Match", tag),
                        new Cost("GET", page, null, 1, 5680, 85),
                        new Cost("GET", "/authentication", null, 1, 531, 42, "Authorization", token),
                        new Cost("POST", "/posts", article, 1, 597, 80, "Authorization", token),
                        new Cost("POST", "/posts", article, 4, 597, 165, "Authorization", token, "Idempotency-Key", ""),
                        new Cost(
                                "PUT",
                                post + "/categories/" + categories.get(0),
                                null,
                                1,
                                192,
                                32,
                                "Authorization",
                                token))
                .map(cost -> () -> check(cost)));
    }

    @Test
    void linkingAndUnlinkingTakeOneStatementEach() {
        String link = post + "/categories/" + author.category("Costs a link");
        for (String method : List.of("PUT", "DELETE")) {
            var change = new Cost(method, link, null, 1, 0, 0, "Authorization", "Bearer " + author.token());
            List<String> statements = Database.statementsDuring(() -> send(change));
            assertEquals(change.statements, statements.size(), () -> method + ": " + statements);
        }
    }

    private static void check(Cost cost) throws Exception {
        String name = cost.method + " " + cost.path + " "
                + Arrays.toString(cost.headers).replaceAll("Bearer [^,\\]]*", "");
        List<String> statements = Database.statementsDuring(() -> send(cost));
        for (int i = 0; i < WARM_UP; i++) {
            send(cost);
        }
        long before = allocated();
        for (int i = 0; i < MEASURED; i++) {
            send(cost);
        }
        long kibibytes = (allocated() - before) / MEASURED / 1024;
        int bytes = bytes(cost);
        assertEquals(cost.statements, statements.size(), () -> name + ": " + statements);
        assertTrue(bytes <= cost.bytes, () -> name + ": " + bytes + " bytes");
        assertTrue(kibibytes <= cost.kibibytes, () -> name + ": " + kibibytes + " KiB");
    }

    private static void send(Cost cost) {
        try {
            HttpResponse<byte[]> answer = CLIENT.send(cost.request(), BodyHandlers.ofByteArray());
            assertTrue(answer.statusCode() < 400, () -> cost + ": " + answer.statusCode());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Bytes allocated by all threads of the service. */
    private static long allocated() {
        return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().startsWith("vert.x-eventloop"))
                .mapToLong(thread -> THREADS.getThreadAllocatedBytes(thread.getThreadId()))
                .sum();
    }

    private static int bytes(Cost cost) throws Exception {
        var head = new StringBuilder(cost.method + " " + cost.path + " HTTP/1.1\nHost: localhost\nConnection: close\n");
        cost.request().headers().map().forEach((name, values) -> head.append(name + ": " + values.get(0) + "\n"));
        String body = cost.body == null ? "" : cost.body;
        head.append("Content-Length: " + body.length() + "\n");
        return Wire.exchange(head.toString(), body.getBytes(US_ASCII)).length();
    }
}
