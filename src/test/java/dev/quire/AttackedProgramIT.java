package dev.quire;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.quire.environment.Flood;
import dev.quire.environment.Program;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged program with the flags and the heap of the image, under requests meant to crash or stall it during
 * reads.
 */
class AttackedProgramIT {
    private static final Duration ATTACK = Duration.ofSeconds(2);

    /** In milliseconds: a busy machine pauses for some tenths of a second by itself. */
    private static final long TOLERATED_MILLISECONDS = 500;

    /** An attack that delays other requests does so each time; a busy machine does not. */
    private static final int ATTEMPTS = 3;

    /** Enough for each event loop of the program to serve some of them. */
    private static final int READERS = 8;

    private static final int PAUSE_MILLISECONDS = 20;
    private static final int MEBIBYTE = 1 << 20;
    private static final String JSON = "application/json";

    /** Tolerated growth of the live heap in bytes: compiled code and bounded caches. */
    private static final double MAX_HEAP_GROWTH = 12_000_000;

    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static Program program;
    private static Vertx vertx;
    private static Flood flood;
    private static String token;
    private static String post;

    /** A client for each attacking thread, which starts the client's threads and so passes on its priority. */
    private final ThreadLocal<HttpClient> attacker = ThreadLocal.withInitial(
            () -> HttpClient.newBuilder().version(Version.HTTP_1_1).build());

    @FunctionalInterface
    private interface Attack {
        void run() throws Exception;
    }

    private record Reading(Set<Integer> statuses, List<Long> milliseconds) {
        long p99() {
            return milliseconds.stream()
                    .sorted()
                    .skip(milliseconds.size() * 99L / 100)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @BeforeAll
    static void start() throws Exception {
        assumeFalse(Program.isNative(), "its memory is limited by its container");
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        postgres = EmbeddedPostgres.start();
        vertx = Vertx.vertx();
        program = new Program(Program.environment(postgres, keys), folder, Program.imageOptions()).await();
        flood = new Flood(vertx, program.port());
        token = given().port(program.port())
                .contentType(JSON)
                .body(Program.ADMIN)
                .post("/authentication/log-in")
                .path("accessToken");
        int id = given().port(program.port())
                .auth()
                .oauth2(token)
                .contentType(JSON)
                .body("{\"title\": \"Read by all\", \"content\": \"Content\"}")
                .post("/posts")
                .path("id");
        post = "/posts/" + id;
    }

    @AfterAll
    static void stop() throws IOException {
        if (program != null) {
            program.close();
            vertx.close();
            postgres.close();
        }
    }

    @Test
    void hostileRequestsDoNotStopTheProgram() throws Exception {
        read(ATTACK);
        double live = liveHeap();

        String marks = "\u0315".repeat(60_000) + "\u0300".repeat(60_000);
        assertSurvives("marks to normalize", 2, () -> {
            String body = "{\"email\": \"a@quire.test\", \"name\": \"A\", \"password\": \"a%s\"}".formatted(marks);
            post("/authentication/register", body);
            post("/authentication/log-in", "{\"email\": \"a@quire.test\", \"password\": \"a%s\"}".formatted(marks));
        });
        assertSurvives(
                "bodies without a length over HTTP/2",
                1,
                () -> flood.post(
                        HttpVersion.HTTP_2, 80, "/authentication/register", Buffer.buffer("x".repeat(MEBIBYTE))));
        assertSurvives("operations", 1, () -> post("/batch", "[" + "{},".repeat(300_000) + "{}]"));
        assertSurvives("categories", 1, () -> {
            String categories = "{\"x\":1},".repeat(110_000) + "{}";
            post("/posts", "{\"title\": \"T\", \"content\": \"C\", \"categories\": [" + categories + "]}");
        });
        String members = String.join(
                ",",
                IntStream.range(0, 80_000).mapToObj(i -> "\"u" + i + "\":1").toList());
        assertSurvives("members", 8, () -> post("/authentication/register", "{" + members + "}"));
        assertSurvives("header fields without an end", 2, this::sendContinuationFramesForever);
        assertSurvives("another spelling of a path", 1, () -> logIn("//authentication/log-in", 700));
        assertSurvives("a parameter of a path", 1, () -> logIn("/authentication;x/log-in", 700));
        assertSurvives("slow bodies", 1, () -> sendSlowly(10));

        assertEquals(List.of(), program.complaints());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (liveHeap() > live + MAX_HEAP_GROWTH) {
            assertTrue(System.nanoTime() < end, () -> "the heap stays large");
            Thread.sleep(500);
        }
    }

    /** Bytes of the heap in use after a collection. */
    private static double liveHeap() throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        assertEquals(
                0,
                new ProcessBuilder(jcmd.toString(), "" + program.pid(), "GC.run")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor());
        return given().port(program.managementPort())
                .get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Compares the response times of a reader under an attack with those without. */
    private void assertSurvives(String name, int threads, Attack attack) throws Exception {
        var slow = new ArrayList<String>();
        while (slow.size() < ATTEMPTS) {
            long alone = read(ATTACK).p99();
            Reading attacked = readUnder(name, threads, attack);

            assertTrue(program.isAlive(), () -> name + " end the program");
            assertEquals(Set.of(200), attacked.statuses, name);
            if (attacked.p99() < Math.max(10 * alone, TOLERATED_MILLISECONDS)) {
                return;
            }
            slow.add(attacked.p99() + " ms, alone " + alone);
        }
        fail(name + ": " + slow);
    }

    /** Reads while this many threads repeat an attack. */
    private static Reading readUnder(String name, int threads, Attack attack) throws Exception {
        var over = new AtomicBoolean();
        var attacks = IntStream.range(0, threads)
                .mapToObj(i -> CompletableFuture.runAsync(
                        () -> {
                            yieldToOthers();
                            while (!over.get()) {
                                try {
                                    attack.run();
                                } catch (IOException | TimeoutException | ExecutionException e) {
                                    // Closed by the server, as it may be.
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            }
                        },
                        task -> new Thread(task, name).start()))
                .toList();
        try {
            return read(ATTACK);
        } finally {
            over.set(true);
            attacks.forEach(it -> it.orTimeout(60, TimeUnit.SECONDS).join());
        }
    }

    /** Reads repeatedly, with a pause, on several connections. */
    private static Reading read(Duration time) throws Exception {
        var statuses = new ConcurrentLinkedQueue<Integer>();
        var milliseconds = new ConcurrentLinkedQueue<Long>();
        var request = HttpRequest.newBuilder(uri(post))
                .timeout(Duration.ofSeconds(30))
                .build();
        long begin = System.nanoTime();
        var readers = IntStream.range(0, READERS)
                .mapToObj(i -> CompletableFuture.runAsync(
                        () -> {
                            var client = HttpClient.newBuilder()
                                    .version(Version.HTTP_1_1)
                                    .build();
                            try {
                                while (System.nanoTime() - begin < time.toNanos()) {
                                    long sent = System.nanoTime();
                                    statuses.add(client.send(request, BodyHandlers.ofString())
                                            .statusCode());
                                    milliseconds.add((System.nanoTime() - sent) / 1_000_000);
                                    Thread.sleep(PAUSE_MILLISECONDS);
                                }
                            } catch (IOException | InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        task -> new Thread(task, "reader").start()))
                .toList();
        readers.forEach(CompletableFuture::join);
        return new Reading(new TreeSet<>(statuses), new ArrayList<>(milliseconds));
    }

    /**
     * Lowers the priority of this thread and of those that it starts, since real attackers have processors of their
     * own. Threads have a priority on Linux only.
     */
    private static void yieldToOthers() {
        Path self = Path.of("/proc/thread-self");
        if (!Files.exists(self)) {
            return;
        }
        try {
            String id = self.toRealPath().getFileName().toString();
            new ProcessBuilder("renice", "-n", "19", "-p", id)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static URI uri(String path) {
        return URI.create("http://localhost:" + program.port() + path);
    }

    private void post(String path, String body) throws Exception {
        attacker.get().send(request(path, body), BodyHandlers.discarding());
    }

    private static HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(uri(path))
                .header("Content-Type", JSON)
                .header("Authorization", "Bearer " + token)
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private static void logIn(String path, int number) throws Exception {
        Buffer body = Buffer.buffer("{\"email\": \"nobody@quire.test\", \"password\": \"not the password\"}");
        flood.post(HttpVersion.HTTP_1_1, number, path, body);
        // The test looks for requests that block others while they wait, not for the load on the processors.
        Thread.sleep(ATTACK.toMillis() / 4);
    }

    /** Sends HEADERS without END_HEADERS, and then CONTINUATION frames that are empty (RFC 9113, 6.10), until it is cut off. */
    private void sendContinuationFramesForever() throws IOException {
        try (var socket = new Socket("localhost", program.port())) {
            var out = new ByteArrayOutputStream();
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
            out.write(frame(4, 0, 0));
            out.write(frame(1, 0, 1));
            socket.getOutputStream().write(out.toByteArray());
            out.reset();
            for (int i = 0; i < 1000; i++) {
                out.write(frame(9, 0, 1));
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (System.nanoTime() < end) {
                socket.getOutputStream().write(out.toByteArray());
            }
            throw new IllegalStateException("the connection stays open");
        }
    }

    private static byte[] frame(int type, int flags, int stream) {
        return new byte[] {0, 0, 0, (byte) type, (byte) flags, 0, 0, 0, (byte) stream};
    }

    private void sendSlowly(int number) throws Exception {
        var sockets = new ArrayList<Socket>();
        try {
            for (int i = 0; i < number; i++) {
                var socket = new Socket("localhost", program.port());
                sockets.add(socket);
                socket.getOutputStream()
                        .write(
                                ("POST /authentication/register HTTP/1.1\r\nHost: quire\r\nContent-Type: application/json\r\n"
                                                + "Content-Length: " + MEBIBYTE + "\r\n\r\n{")
                                        .getBytes(US_ASCII));
            }
            Thread.sleep(ATTACK.toMillis());
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
