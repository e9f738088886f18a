package dev.quire.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Program;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGTERM while clients write over persistent connections: each request is answered, and the last one closes its
 * connection.
 */
class GracefulShutdownIT {
    private static final int CLIENTS = 12;
    private static final int LOADED_MILLISECONDS = 2000;

    @TempDir
    Path folder;

    private final AtomicInteger names = new AtomicInteger();
    private final AtomicInteger created = new AtomicInteger();
    private final Queue<String> lost = new ConcurrentLinkedQueue<>();
    private EmbeddedPostgres postgres;
    private Program program;
    private Vertx vertx;
    private String token;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        postgres = EmbeddedPostgres.start();
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        program = new Program(Program.environment(postgres, keys), folder).await();
        token = vertx.createHttpClient()
                .request(HttpMethod.POST, program.port(), "localhost", "/authentication/log-in")
                .compose(request -> request.putHeader("Content-Type", "application/json")
                        .send(new JsonObject()
                                .put("email", Program.ADMIN.get("email"))
                                .put("password", Program.ADMIN.get("password"))
                                .toBuffer()))
                .compose(answer -> answer.body())
                .map(body -> body.toJsonObject().getString("accessToken"))
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws IOException {
        program.close();
        postgres.close();
        vertx.close();
    }

    @Test
    void shutdownLosesNoHttp1Request() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        for (int i = 0; i < CLIENTS; i++) {
            threads.execute(this::write);
        }
        threads.shutdown();
        terminate();
        assertTrue(threads.awaitTermination(20, TimeUnit.SECONDS));
        assertNothingIsLost();
    }

    @Test
    void shutdownLosesNoHttp2Request() throws Exception {
        List<Future<Void>> clients = IntStream.range(0, CLIENTS)
                .mapToObj(i -> write(vertx.createHttpClient(
                        new HttpClientOptions()
                                .setProtocolVersion(HttpVersion.HTTP_2)
                                .setHttp2ClearTextUpgrade(false),
                        new PoolOptions().setHttp2MaxSize(1))))
                .toList();
        terminate();
        Future.all(clients).toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertNothingIsLost();
    }

    private void terminate() throws Exception {
        Thread.sleep(LOADED_MILLISECONDS);
        assertTrue(created.get() > 0);
        int before = program.output().length();
        program.terminate();
        program.exit();
        String log = program.output().substring(before);
        assertFalse(log.matches("(?s).*\"level\":\"(WARN|ERROR)\".*"), log);
    }

    private void assertNothingIsLost() throws Exception {
        assertEquals(List.of(), List.copyOf(lost));
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet categories = statement.executeQuery("select count(*) from categories")) {
            categories.next();
            assertEquals(created.get(), categories.getInt(1));
        }
    }

    private String category() {
        return "{\"name\": \"number %d\"}".formatted(names.incrementAndGet());
    }

    /** Writes over connections of HTTP/1.1, until none is accepted any more. */
    private void write() {
        boolean kept = false;
        while (true) {
            try (var socket = new Socket("localhost", program.port())) {
                kept = false;
                while (writeOne(socket)) {
                    kept = true;
                }
                if (socket.getInputStream().read() >= 0) {
                    lost.add("the last answer was not the last");
                }
            } catch (IOException e) {
                if (kept) {
                    lost.add(e.toString());
                }
                return;
            }
        }
    }

    /** Returns whether the connection is reusable. */
    private boolean writeOne(Socket socket) throws IOException {
        String body = category();
        socket.getOutputStream()
                .write(
                        ("POST /categories HTTP/1.1\r\nHost: quire\r\nContent-Type: application/json\r\nAuthorization: Bearer "
                                        + token + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                                .getBytes(US_ASCII));
        var answer = new StringBuilder();
        while (!answer.toString().endsWith("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new EOFException("hung up after " + answer);
            }
            answer.append((char) next);
        }
        String head = answer.toString().toLowerCase(Locale.ROOT);
        int length = Integer.parseInt(head.replaceAll("(?s).*content-length: (\\d+).*", "$1"));
        if (socket.getInputStream().readNBytes(length).length < length || !head.startsWith("http/1.1 201 ")) {
            lost.add(head);
        }
        created.incrementAndGet();
        return !head.contains("connection: close");
    }

    /** Writes over a connection of HTTP/2. */
    private Future<Void> write(HttpClient client) {
        return client.request(HttpMethod.POST, program.port(), "localhost", "/categories")
                .compose(
                        request -> request.putHeader("Content-Type", "application/json")
                                .putHeader("Authorization", "Bearer " + token)
                                .send(category())
                                .compose(answer -> answer.body().map(body -> answer.statusCode()))
                                .transform(status -> {
                                    if (status.failed() || status.result() != 201) {
                                        lost.add(status.toString());
                                        return Future.succeededFuture();
                                    }
                                    created.incrementAndGet();
                                    return write(client);
                                }),
                        // None is accepted any more.
                        refused -> Future.succeededFuture());
    }
}
