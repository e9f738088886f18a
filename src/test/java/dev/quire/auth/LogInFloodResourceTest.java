package dev.quire.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Environment;
import dev.quire.environment.Metrics;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** More log-ins than can be hashed: the excess is refused after a delay, which slows down clients that retry. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class LogInFloodResourceTest {
    private static final Duration MIN_DELAY = Duration.ofMillis(950);

    /** The number that may wait for a hash. */
    private static final int MAX_WAITING = 20 * Runtime.getRuntime().availableProcessors();

    private static final int FLOOD = 10 * MAX_WAITING;

    private record Answer(int status, boolean retryAfter, Duration took) {}

    @Test
    void excessLogInsAreRefusedAfterAWait() throws Exception {
        double refused = Metrics.refused();
        List<CompletableFuture<Answer>> flood = logIns(FLOOD);
        Metrics.await("executor_queued_tasks{name=\"password-hashing\"}", waiting -> waiting > 0.8 * MAX_WAITING);

        List<Answer> more = answers(logIns(MAX_WAITING));
        List<Answer> before = answers(flood);

        assertTrue(more.stream().anyMatch(it -> it.status == 503 && it.took.compareTo(MIN_DELAY) > 0), more::toString);
        for (List<Answer> all : List.of(before, more)) {
            all.forEach(it -> assertTrue(Set.of(401, 503).contains(it.status), it::toString));
            all.forEach(it -> assertEquals(it.status == 503, it.retryAfter, it::toString));
        }
        assertEquals(
                Stream.concat(before.stream(), more.stream())
                        .filter(it -> it.status == 503)
                        .count(),
                Metrics.refused() - refused);
        // Every waiting request is answered in the end.
        assertTrue(before.stream().anyMatch(it -> it.status == 401), before::toString);
        awaitFreeQueue();
    }

    /** Waits for the end of the hashing for requests that timed out before their turn. */
    private static void awaitFreeQueue() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (answers(logIns(1)).get(0).status != 401) {
            assertTrue(System.nanoTime() < end, "log-ins fail after the flood");
        }
    }

    /** Sends each on a connection of its own: one of HTTP/2 takes a hundred at once. */
    private static List<CompletableFuture<Answer>> logIns(int number) {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        return IntStream.range(0, number)
                .mapToObj(i -> {
                    long begin = System.nanoTime();
                    return client.sendAsync(logIn(), BodyHandlers.discarding())
                            .thenApply(answer -> answer(answer, begin));
                })
                .toList();
    }

    /** Creates a log-in of another user each time, since attempts at one account are limited. */
    private static HttpRequest logIn() {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + "/authentication/log-in"))
                .header("Content-Type", "application/json")
                .header("X-Forwarded-For", "192.0.2.77")
                .POST(BodyPublishers.ofString("{\"email\": \"%s@quire.test\", \"password\": \"not the password\"}"
                        .formatted(UUID.randomUUID())))
                .build();
    }

    private static Answer answer(HttpResponse<?> response, long begin) {
        boolean retryAfter = response.headers().firstValue("Retry-After").isPresent();
        return new Answer(response.statusCode(), retryAfter, Duration.ofNanos(System.nanoTime() - begin));
    }

    private static List<Answer> answers(List<CompletableFuture<Answer>> answers) {
        return answers.stream().map(CompletableFuture::join).toList();
    }
}
