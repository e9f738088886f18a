package dev.quire.environment;

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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Many clients that post at the same time. */
public final class Flood {
    private static final int TIMEOUT_SECONDS = 60;

    private final Vertx vertx;
    private final int port;

    /** Creates a flood of this port. */
    public Flood(Vertx vertx, int port) {
        this.vertx = vertx;
        this.port = port;
    }

    /**
     * Posts a body without a length this many times at once, and counts the responses by status. Each has its own
     * connection, and its own address in X-Forwarded-For.
     */
    public Map<Integer, Integer> post(HttpVersion version, int number, String path, Buffer body) throws Exception {
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setProtocolVersion(version)
                        .setHttp2ClearTextUpgrade(false)
                        .setHttp2MultiplexingLimit(1)
                        .setConnectTimeout(20_000),
                new PoolOptions().setHttp1MaxSize(number).setHttp2MaxSize(number));
        try {
            List<Future<Integer>> answers = IntStream.range(0, number)
                    .mapToObj(i -> client.request(HttpMethod.POST, port, "localhost", path)
                            .compose(request -> send(request, i, body)))
                    .toList();
            Future.join(answers)
                    .otherwiseEmpty()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            var statuses = new TreeMap<Integer, Integer>();
            // A client whose connection is closed may see that before the response.
            answers.forEach(answer -> statuses.merge(answer.succeeded() ? answer.result() : 503, 1, Integer::sum));
            return statuses;
        } finally {
            client.close();
        }
    }

    private static Future<Integer> send(HttpClientRequest request, int client, Buffer body) {
        request.setChunked(true)
                .putHeader("Content-Type", "application/json")
                .putHeader("X-Forwarded-For", "10.1." + client / 250 + "." + client % 250);
        Future<Integer> status = request.response().map(HttpClientResponse::statusCode);
        request.send(body).onFailure(failure -> request.reset());
        return status;
    }
}
