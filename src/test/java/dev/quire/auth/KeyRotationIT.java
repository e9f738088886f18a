package dev.quire.auth;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Authenticator;
import dev.quire.environment.Program;
import io.restassured.path.json.JsonPath;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A deployment of two programs changes its key under load: each step is a rolling restart, and no request fails. */
class KeyRotationIT {
    private static final String CREDENTIALS = "{\"email\": \"%s\", \"password\": \"%s\"}"
            .formatted(Program.ADMIN.get("email"), Program.ADMIN.get("password"));

    /** Longer than a load balancer needs to notice the shutdown, and shorter than the shutdown. */
    private static final int DRAIN_MILLISECONDS = 500;

    private static final int PAUSE_MILLISECONDS = 10;

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Program> serving = new CopyOnWriteArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile String token;
    private EmbeddedPostgres postgres;

    @BeforeEach
    void startPostgres() throws Exception {
        postgres = EmbeddedPostgres.start();
    }

    @AfterEach
    void stopReplicasAndPostgres() throws Exception {
        over.set(true);
        serving.forEach(Program::close);
        postgres.close();
    }

    @Test
    void keyIsAddedThenSignsThenReplacesTheOldOne() throws Exception {
        String one = Program.key(2048);
        String two = Program.key(2048);
        Map<String, String> old = environment("old", Map.of("one", one), "one");
        for (int i = 0; i < 2; i++) {
            serving.add(new Program(old, folder).await());
        }
        token = logIn();
        ExecutorService clients = Executors.newFixedThreadPool(3);
        for (int i = 0; i < 3; i++) {
            clients.submit(this::read);
        }

        roll(environment("added", Map.of("one", one, "two", two), "one"));
        String signedByOne = token;
        assertEquals("one", kid(signedByOne));
        roll(environment("switched", Map.of("one", one, "two", two), "two"));
        // A token of the old key is valid until it expires; by then its user has one of the new key.
        assertEquals(200, self(serving.get(0), signedByOne));
        token = logIn();
        assertEquals("two", kid(token));
        roll(environment("removed", Map.of("two", two), "two"));

        over.set(true);
        clients.shutdown();
        assertTrue(clients.awaitTermination(Program.TIMEOUT_SECONDS, TimeUnit.SECONDS));
        assertEquals(List.of(), List.copyOf(failures));
        assertTrue(requests.get() > 500, requests + " requests are no load");
        assertEquals(401, self(serving.get(0), signedByOne));
        assertEquals(
                List.of("two"),
                JsonPath.from(http.send(get(serving.get(0), "/.well-known/jwks.json", null), BodyHandlers.ofString())
                                .body())
                        .getList("keys.kid"));
    }

    @Test
    void secondFactorOutlivesItsKey() throws Exception {
        String one = Program.key(2048);
        String two = Program.key(2048);
        serving.add(new Program(environment("before", Map.of("one", one), "one"), folder).await());
        token = logIn();
        var app = Authenticator.add(
                () -> given().port(serving.get(0).port()).auth().oauth2(token));

        roll(environment("both", Map.of("one", one, "two", two), "two"));
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            Instant end = Instant.now().plusSeconds(Program.TIMEOUT_SECONDS);
            while (true) {
                ResultSet renewed =
                        statement.executeQuery("select position('two' in encode(secret, 'escape')) from totps");
                renewed.next();
                if (renewed.getInt(1) > 0) {
                    break;
                }
                assertTrue(Instant.now().isBefore(end), "it is not encrypted with the key that signs");
                Thread.sleep(100);
            }
        }
        roll(environment("after", Map.of("two", two), "two"));

        given().port(serving.get(0).port())
                .contentType("application/json")
                .body(Map.of(
                        "email", Program.ADMIN.get("email"),
                        "password", Program.ADMIN.get("password"),
                        "code", app.code()))
                .post("/authentication/log-in")
                .then()
                .statusCode(200);
    }

    private void roll(Map<String, String> environment) throws Exception {
        for (Program old : List.copyOf(serving)) {
            serving.add(new Program(environment, folder).await());
            serving.remove(old);
            Thread.sleep(DRAIN_MILLISECONDS);
            old.terminate();
            old.exit();
        }
    }

    private void read() {
        while (!over.get()) {
            Program program = serving.get(requests.incrementAndGet() % serving.size());
            try {
                int status = self(program, token);
                if (status != 200) {
                    failures.add("answer " + status);
                }
                // Programs start at the same time, on the same processors.
                Thread.sleep(PAUSE_MILLISECONDS);
            } catch (Exception e) {
                failures.add(e.toString());
            }
        }
    }

    private int self(Program program, String bearer) throws Exception {
        return http.send(get(program, "/authentication", bearer), BodyHandlers.discarding())
                .statusCode();
    }

    private static HttpRequest get(Program program, String path, String bearer) {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + program.port() + path));
        return bearer == null
                ? request.build()
                : request.header("Authorization", "Bearer " + bearer).build();
    }

    private String logIn() throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(
                                URI.create("http://localhost:" + serving.get(0).port() + "/authentication/log-in"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(CREDENTIALS))
                        .build(),
                BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        return JsonPath.from(answer.body()).getString("accessToken");
    }

    private static String kid(String token) {
        byte[] header = Base64.getUrlDecoder().decode(token.split("\\.")[0]);
        return JsonPath.from(new String(header, StandardCharsets.UTF_8)).getString("kid");
    }

    private Map<String, String> environment(String name, Map<String, String> keys, String signing) throws Exception {
        Path directory = Files.createDirectory(folder.resolve(name));
        for (Map.Entry<String, String> key : keys.entrySet()) {
            Files.writeString(directory.resolve(key.getKey() + ".pem"), key.getValue());
        }
        var environment = new HashMap<>(Program.environment(postgres, directory));
        environment.put("QUIRE_KEYS_SIGNING", signing);
        return environment;
    }
}
