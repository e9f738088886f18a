package dev.quire.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.ServiceLog;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that write and cancel; {@link ServiceLog} fails the test when that is a WARN or an ERROR. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class QuietLogResourceTest {
    /** RFC 9113, section 7. */
    private static final long CANCEL = 8;

    private static final String POST = "{\"title\": \"T\", \"content\": \"C\"}";

    /** In milliseconds: the time that a cancelled request needs to notice. */
    private static final int SETTLING_MILLISECONDS = 1500;

    private final Vertx vertx = Vertx.vertx();
    private Account author;
    private int cancelled;

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
    void successfulAndCancelledRequestsLogNoWarning(HttpVersion version) throws Exception {
        int post = author.post("Quiet");
        HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(version)
                .setHttp2ClearTextUpgrade(false)
                .setMaxPoolSize(10));

        assertEquals(201, send(client, HttpMethod.POST, "/posts"));
        assertEquals(200, send(client, HttpMethod.PUT, "/posts/" + post));
        assertEquals(
                401,
                await(client.request(HttpMethod.POST, RestAssured.port, "localhost", "/posts")
                        .compose(request -> request.send(POST))
                        .map(HttpClientResponse::statusCode)));
        assertEquals(404, send(client, HttpMethod.POST, "/nothing"));
        for (int i = 0; i < 20; i++) {
            for (String path : List.of("/posts", "/categories", "/nothing")) {
                for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.POST)) {
                    cancel(request(client, method, path));
                }
            }
        }
        Thread.sleep(SETTLING_MILLISECONDS);
    }

    private Integer send(HttpClient client, HttpMethod method, String path) throws Exception {
        return await(request(client, method, path).send(POST).map(HttpClientResponse::statusCode));
    }

    private HttpClientRequest request(HttpClient client, HttpMethod method, String path) throws Exception {
        HttpClientRequest request = await(client.request(method, RestAssured.port, "localhost", path));
        return request.putHeader("Content-Type", "application/json")
                .putHeader("Authorization", "Bearer " + author.token());
    }

    /**
     * Cancels after the head, in the middle of the body, or after its end: over HTTP/2 by RST_STREAM, else by closing
     * the connection.
     */
    private void cancel(HttpClientRequest request) throws Exception {
        int when = cancelled++ % 3;
        if (when == 2) {
            request.end(POST);
        } else {
            // The connection of a request that was answered meanwhile may be closed.
            await(request.setChunked(true).sendHead().otherwiseEmpty());
        }
        if (when == 1) {
            await(request.write("{").otherwiseEmpty());
        }
        request.reset(CANCEL);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
