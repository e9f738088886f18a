package dev.quire.problem;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.Metrics;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** More requests than may wait, and longer ones: those that are too many are refused at once, and the others are not lost. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class OverloadResourceTest {
    private static final int MOST_WAITING = 500;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void whatIsTooMuchIsRefusedAtOnce() throws Exception {
        double before = Metrics.refused("full");
        Environment.gate().jam();
        List<CompletableFuture<HttpResponse<String>>> all;
        try {
            all = IntStream.range(0, MOST_WAITING + 100)
                    .mapToObj(i -> client.sendAsync(request("/posts"), BodyHandlers.ofString()))
                    .toList();
            // Which of them come first nobody knows; the first hundred answers are those of the last hundred.
            for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5); answered(all) < 100; Thread.sleep(10)) {
                assertTrue(System.nanoTime() < end, "only " + answered(all) + " were answered");
            }
            for (CompletableFuture<HttpResponse<String>> one : all) {
                if (one.isDone()) {
                    assertEquals(503, one.join().statusCode());
                    assertTrue(one.join().body().contains("The service is full."), one.join()::body);
                    assertTrue(one.join().headers().firstValue("Retry-After").isPresent());
                    assertTrue(one.join().body().contains("\"traceId\":\""), one.join()::body);
                }
            }
            assertEquals(100, answered(all));
            assertEquals(100, Metrics.refused("full") - before);

            // Who comes to log in has a limit of their own, and is listened to.
            HttpRequest logIn = HttpRequest.newBuilder(uri("/authentication/log-in"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{"))
                    .build();
            assertEquals(400, client.send(logIn, BodyHandlers.ofString()).statusCode());
        } finally {
            Environment.gate().open();
        }
        all.forEach(one -> one.orTimeout(30, TimeUnit.SECONDS).join());
        given().get("/posts").then().statusCode(200);
    }

    /** The time that a request has counts from the end of its body, or from the last that has come of it. */
    @Test
    void aSlowClientHasTheTimeThatItNeeds() throws Exception {
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

        assertEquals(201, answer.get(10, TimeUnit.SECONDS).statusCode());
    }

    private static long answered(List<CompletableFuture<HttpResponse<String>>> all) {
        return all.stream().filter(CompletableFuture::isDone).count();
    }

    private static HttpRequest request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(30)).build();
    }

    private static URI uri(String path) {
        return URI.create("http://localhost:" + RestAssured.port + path);
    }
}
