package dev.quire.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.quire.environment.Flood;
import dev.quire.environment.Program;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packaged program with the memory that the image gives it, under bodies that exceed it. */
class OverloadedProgramIT {
    private static final int MEBIBYTE = 1 << 20;
    private static final int SLOW_CLIENTS = 1000;

    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static Program program;
    private static Vertx vertx;
    private static Flood flood;

    private final HttpClient reader = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        assumeFalse(Program.isNative(), "its memory is limited by its container");
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        postgres = EmbeddedPostgres.start();
        var environment = new HashMap<>(Program.environment(postgres, keys));
        environment.put("QUIRE_PROXIES_TRUSTED", "127.0.0.1,::1");
        program = new Program(environment, folder, Program.imageOptions()).await();
        vertx = Vertx.vertx();
        flood = new Flood(vertx, program.port());
    }

    @AfterAll
    static void stop() throws IOException {
        if (program != null) {
            vertx.close();
            program.close();
            postgres.close();
        }
    }

    @AfterEach
    void awaitFreeMemory() throws Exception {
        assertTrue(program.isAlive(), program.output());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        for (Map<Integer, Integer> one = Map.of();
                !one.equals(Map.of(400, 1));
                one = uploads(HttpVersion.HTTP_1_1, 1)) {
            assertTrue(System.nanoTime() < end);
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP_2, 80", "HTTP_2, 400", "HTTP_1_1, 80", "HTTP_1_1, 400"})
    void longChunkedBodiesAreSurvived(HttpVersion version, int number) throws Exception {
        Map<Integer, Integer> statuses = duringReads(() -> uploads(version, number));

        statuses.keySet().removeAll(List.of(400, 503));
        assertEquals(Map.of(), statuses);
    }

    /** They come from different addresses, so that no limit for one address helps. */
    @Test
    void slowSendersAreSurvived() throws Exception {
        var senders = new ArrayList<Socket>();
        try {
            duringReads(() -> {
                for (int i = 0; i < SLOW_CLIENTS; i++) {
                    var sender = new Socket("localhost", program.port());
                    senders.add(sender);
                    write(
                            sender,
                            "POST /authentication/register HTTP/1.1\r\nHost: quire\r\nContent-Type: application/json\r\n"
                                    + "X-Forwarded-For: 10.0." + i / 250 + "." + i % 250 + "\r\nContent-Length: "
                                    + MEBIBYTE
                                    + "\r\n\r\n");
                }
                for (int round = 0; round < 4; round++) {
                    for (Socket sender : senders) {
                        write(sender, " ".repeat(16 * 1024));
                    }
                    Thread.sleep(500);
                }
                return null;
            });
        } finally {
            closeAll(senders);
        }
    }

    private static void closeAll(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static void write(Socket socket, String text) {
        try {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        } catch (IOException e) {
            // Refused already
        }
    }

    private <T> T duringReads(Callable<T> attack) throws Exception {
        HttpRequest read = HttpRequest.newBuilder(URI.create("http://localhost:" + program.port() + "/posts?limit=1"))
                .timeout(Duration.ofSeconds(30))
                .build();
        var over = new AtomicBoolean();
        CompletableFuture<Map<Integer, Integer>> reading = CompletableFuture.supplyAsync(() -> {
            var statuses = new TreeMap<Integer, Integer>();
            while (!over.get()) {
                statuses.merge(
                        reader.sendAsync(read, BodyHandlers.ofString()).join().statusCode(), 1, Integer::sum);
            }
            return statuses;
        });
        try {
            return attack.call();
        } finally {
            over.set(true);
            assertEquals(Set.of(200), reading.get(30, TimeUnit.SECONDS).keySet());
        }
    }

    /** Sends this many bodies of a MiB at the same time, and counts the responses by status. */
    private static Map<Integer, Integer> uploads(HttpVersion version, int number) throws Exception {
        return flood.post(version, number, "/authentication/register", Buffer.buffer("x".repeat(MEBIBYTE)));
    }
}
