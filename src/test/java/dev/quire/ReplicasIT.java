package dev.quire;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Program;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas on one database: a decision of one holds at the other. */
class ReplicasIT {
    private static final String PASSWORD = "an unusual enough password";

    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static Program one;
    private static Program other;

    @BeforeAll
    static void start() throws Exception {
        postgres = EmbeddedPostgres.start();
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        Map<String, String> environment = Program.environment(postgres, keys);
        one = new Program(environment, folder).await();
        other = new Program(environment, folder).await();
        one.awaitReadiness(200);
        other.awaitReadiness(200);
    }

    @AfterAll
    static void stop() throws Exception {
        one.close();
        other.close();
        postgres.close();
    }

    @Test
    void bothReplicasRefuseTheTokenOfADeletedUser() throws Exception {
        Map<String, String> ada = register();
        Response tokens = post(one, "log-in", ada);
        assertEquals(200, as(tokens, other).get("/authentication").statusCode());

        as(tokens, one).delete("/users/{id}", tokens.<Integer>path("user.id"));

        assertEquals(401, as(tokens, one).get("/posts").statusCode());
        awaitStatus(401, () -> as(tokens, other).get("/posts").statusCode());
    }

    @Test
    void bothReplicasRefuseARevokedRole() throws Exception {
        Response admin = post(one, "log-in", Program.ADMIN);
        Map<String, String> ada = register();
        int id = post(one, "log-in", ada).path("user.id");
        as(admin, one).body(List.of("user", "admin")).put("/users/{id}/roles", id);
        Response tokens = post(other, "log-in", ada);
        assertEquals(200, as(tokens, other).get("/users").statusCode());

        as(admin, one).body(List.of("user")).put("/users/{id}/roles", id);

        assertEquals(403, as(tokens, one).get("/users").statusCode());
        awaitStatus(403, () -> as(tokens, other).get("/users").statusCode());
    }

    @Test
    void replicasCountFailedLogInsTogether() {
        Map<String, String> attempt = Map.of("email", register().get("email"), "password", "wrong");
        for (int i = 0; i < 5; i++) {
            assertEquals(401, post(one, "log-in", attempt).statusCode());
            assertEquals(401, post(other, "log-in", attempt).statusCode());
        }

        assertEquals(429, post(one, "log-in", attempt).statusCode());
        assertEquals(429, post(other, "log-in", attempt).statusCode());
    }

    @Test
    void oneReplicaReplaysTheLostAnswerOfTheOther() {
        String first = post(one, "log-in", register()).path("refreshToken");
        String second = post(one, "refresh", Map.of("refreshToken", first)).path("refreshToken");

        Response repeated = post(other, "refresh", Map.of("refreshToken", first));

        assertEquals(second, repeated.path("refreshToken"));
    }

    private static Map<String, String> register() {
        String email = "replicated-" + System.nanoTime() + "@quire.test";
        Response answer = post(one, "register", Map.of("email", email, "name", "Ada", "password", PASSWORD));
        assertEquals(201, answer.statusCode());
        return Map.of("email", email, "password", PASSWORD);
    }

    private static Response post(Program program, String path, Map<String, String> body) {
        return given().port(program.port())
                .contentType("application/json")
                .body(body)
                .post("/authentication/" + path);
    }

    private static RequestSpecification as(Response tokens, Program program) {
        return given().port(program.port())
                .auth()
                .oauth2(tokens.path("accessToken"))
                .contentType("application/json");
    }

    /** Repeats a request until it has this status, since the database notifies the replicas a moment later. */
    private static void awaitStatus(int status, Callable<Integer> request) throws Exception {
        long end = System.nanoTime() + 20_000_000_000L;
        while (request.call() != status) {
            assertTrue(System.nanoTime() < end, "the other replica does not answer " + status);
            Thread.sleep(10);
        }
    }
}
