package dev.quire.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Environment;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.netty.MainEventLoopGroup;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.Context;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.Test;

/**
 * Event loops of HTTP: each has a connection to PostgreSQL of its own, and waits for no other. In the JVM of the tests
 * only, where the others can be blocked.
 */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class EventLoopsTest {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Quarkus serves HTTP on this many event loops in tests, and on all of them otherwise. */
    private static final int SERVING = 2;

    @Inject
    @MainEventLoopGroup
    EventLoopGroup loops;

    @Inject
    @Readiness
    MigrationsReadiness schema;

    @Test
    void eachEventLoopAnswersWhileTheOthersAreBlocked() throws Exception {
        join(ask());
        int answering = 0;
        for (EventExecutor one : loops) {
            var end = new CountDownLatch(1);
            for (EventExecutor other : loops) {
                if (other != one) {
                    other.execute(() -> await(end));
                }
            }
            CompletableFuture<?>[] asked = ask();
            try {
                CompletableFuture.anyOf(asked).get(5, TimeUnit.SECONDS);
                answering++;
            } catch (TimeoutException e) {
                // That event loop serves no HTTP, or needs another one for it.
            } finally {
                end.countDown();
            }
            join(asked);
        }
        assertEquals(SERVING, answering);
    }

    /** Otherwise the query would take over one of the HTTP event loops when it completes at the start. */
    @Test
    void waitingForTheSchemaResumesOnTheCallersEventLoop() {
        assertTrue(schema.whenCurrent()
                .map(current -> Context.isOnEventLoopThread())
                .await()
                .atMost(Duration.ofSeconds(60)));
    }

    /** Opens this many connections, which are spread over the event loops. */
    private static CompletableFuture<?>[] ask() {
        URI posts = URI.create("http://localhost:" + RestAssured.port + "/posts?limit=1");
        return Stream.generate(
                        () -> CLIENT.sendAsync(HttpRequest.newBuilder(posts).build(), BodyHandlers.ofString())
                                .thenAccept(answer -> assertEquals(200, answer.statusCode())))
                .limit(8)
                .toArray(CompletableFuture[]::new);
    }

    private static void join(CompletableFuture<?>... asked) throws Exception {
        CompletableFuture.allOf(asked).get(60, TimeUnit.SECONDS);
    }

    private static void await(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
