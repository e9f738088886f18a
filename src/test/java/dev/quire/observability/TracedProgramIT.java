package dev.quire.observability;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.quire.environment.Program;
import io.restassured.path.json.JsonPath;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged program, which logs the trace of each line, and sends spans to the configured endpoint. */
class TracedProgramIT {
    /** Over HTTP/2 it would send all on one connection, which takes 100 at a time. */
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final String MISSING = "/posts/777000777";

    @TempDir
    Path folder;

    private EmbeddedPostgres postgres;
    private HttpServer collector;
    private Program program;

    /** The bodies sent to the collector, each after its path. */
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    /** The same, of which none is taken away. */
    private final List<String> kept = new CopyOnWriteArrayList<>();

    @BeforeEach
    void prepare() throws IOException {
        postgres = EmbeddedPostgres.start();
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String sent = exchange.getRequestURI().getPath() + "\n" + new String(body, ISO_8859_1);
            kept.add(sent);
            received.add(sent);
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
    }

    @AfterEach
    void stop() throws IOException {
        collector.stop(0);
        if (program != null) {
            program.close();
        }
        postgres.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"OTEL_", "QUARKUS_OTEL_"})
    void spansAreSentToTheConfiguredEndpoint(String prefix) throws Exception {
        start(collected(prefix));
        String sent = trace();

        assertEquals(sent, JsonPath.from(ask(MISSING, sent).join().body()).getString("traceId"));
        String made = given().port(program.port()).get(MISSING).path("traceId");

        assertSpan(sent);
        assertSpan(made);
    }

    private void assertSpan(String trace) throws InterruptedException {
        String id = new String(HexFormat.of().parseHex(trace), ISO_8859_1);
        String body = received.poll(Program.TIMEOUT_SECONDS, SECONDS);
        // The statement's span ends before the request's, and may be sent in an earlier body
        while (body != null && !(body.contains(id) && body.contains("GET /posts/{id}"))) {
            body = received.poll(Program.TIMEOUT_SECONDS, SECONDS);
        }
        assertNotNull(body, "no span of " + trace);
        assertTrue(body.startsWith("/v1/traces\n"), body);
        // The next span may be in the same body
        received.add(body);
    }

    /** Checks that documents and variables, which may be confidential, stay with the service. */
    @Test
    void spansAndLogHaveNoPartOfADocument() throws Exception {
        start(collected("OTEL_"));
        String query = "query Whispered($whisper: String) { whispered: posts(q: $whisper) { totalCount } %s }";
        for (String more : List.of("", "posts(first: 0, q: \"whisper\") { totalCount }", "whisper")) {
            given().port(program.port())
                    .contentType("application/json")
                    .body(Map.of("query", query.formatted(more), "variables", Map.of("whisper", "whisper")))
                    .post("/graphql");
            given().port(program.port())
                    .queryParam("query", query.formatted(more))
                    .queryParam("variables", "{\"whisper\": \"whisper\"}")
                    .get("/graphql");
        }
        String sent = trace();
        ask(MISSING, sent).join();
        assertSpan(sent);
        program.terminate();
        program.exit();

        String spans = String.join("\n", kept);
        assertTrue(spans.contains("POST /graphql"), spans);
        assertTrue(spans.contains("GET /graphql"), spans);
        assertFalse(spans.toLowerCase(Locale.ROOT).contains("whisper"), spans);
        assertFalse(program.output().toLowerCase(Locale.ROOT).contains("whisper"), program.output());
    }

    @Test
    void logLinesOfConcurrentRequestsHaveTheirOwnTraces() throws Exception {
        start(Map.of());
        assertTraces();
    }

    @Test
    void logLinesHaveTheirOwnTracesWhenSpansAreExported() throws Exception {
        start(collected("OTEL_"));
        assertTraces();
    }

    private void assertTraces() throws Exception {
        String token = given().port(program.port())
                .contentType("application/json")
                .body(Program.ADMIN)
                .post("/authentication/log-in")
                .path("accessToken");
        breakTheDatabase();
        var traces = new LinkedHashMap<String, String>();
        var answers = new LinkedHashMap<String, CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < 100; i++) {
            String path = new String[] {"/posts/", "/categories/", "/users/"}[i % 3] + i;
            String trace = trace();
            traces.put(path, trace);
            answers.put(path, i % 3 == 1 ? ask(path, trace, "DELETE", token) : ask(path, trace, "GET", "wrong" + i));
        }
        for (int i = 100; i < 200; i++) {
            traces.put("/posts/" + i, trace());
            answers.put("/posts/" + i, ask("/posts/" + i, traces.get("/posts/" + i)));
        }
        answers.forEach((path, answer) -> {
            assertTrue(answer.join().statusCode() >= 400, path);
            assertEquals(traces.get(path), JsonPath.from(answer.join().body()).getString("traceId"), path);
        });

        program.terminate();
        program.exit();

        traces.forEach((path, trace) -> {
            JsonPath line = line(path);
            assertEquals(trace, line.getString("mdc.traceId"), path);
        });
        List<String> errors = program.output()
                .lines()
                .filter(line -> line.contains("\"level\":\"ERROR\""))
                .toList();
        assertEquals(133, errors.size(), () -> String.join("\n", errors));
    }

    /** Returns the line of the log about a request: here an ERROR, or a line of the audit trail. */
    private JsonPath line(String path) {
        try {
            return program.output()
                    .lines()
                    .filter(line ->
                            line.contains("\"" + path + " failed\"") || line.contains("\"path\":\"" + path + "\""))
                    .map(JsonPath::from)
                    .findAny()
                    .orElseThrow(() -> new AssertionError("no line of the log about " + path));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void plainTextLogLinesHaveTheTrace() throws Exception {
        start(Map.of("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "false"));
        String trace = trace();

        breakTheDatabase();
        assertEquals(500, ask("/posts/1", trace).join().statusCode());

        assertTrue(
                program.output()
                        .lines()
                        .anyMatch(line ->
                                line.contains("ERROR") && line.contains(trace) && line.contains("/posts/1 failed")),
                program.output());
    }

    private void start(Map<String, String> more) throws Exception {
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        var environment = new HashMap<>(Program.environment(postgres, keys));
        environment.putAll(more);
        program = new Program(environment, folder).await();
    }

    private Map<String, String> collected(String prefix) {
        return Map.of(
                prefix + "EXPORTER_OTLP_ENDPOINT",
                "http://localhost:" + collector.getAddress().getPort(),
                prefix + "EXPORTER_OTLP_PROTOCOL",
                "http/protobuf");
    }

    private void breakTheDatabase() throws Exception {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "alter table posts rename to lost_posts; alter table categories rename to lost_categories");
        }
    }

    private static String trace() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private CompletableFuture<HttpResponse<String>> ask(String path, String trace) {
        return ask(path, trace, "GET", null);
    }

    private CompletableFuture<HttpResponse<String>> ask(String path, String trace, String method, String token) {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + program.port() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01");
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return CLIENT.sendAsync(request.build(), BodyHandlers.ofString());
    }
}
