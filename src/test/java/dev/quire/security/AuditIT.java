package dev.quire.security;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Program;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit trail in the log of the packaged program, which has every event and no secret. */
class AuditIT {
    private static final String PASSWORD = "a password to look for";
    private static final String REPLACEMENT = "another password to look for";
    private static final String EMAIL = "to-look-for@quire.test";

    @TempDir
    Path folder;

    private final List<String> secrets =
            new ArrayList<>(List.of(Program.ADMIN.get("password"), PASSWORD, REPLACEMENT, EMAIL, "argon2"));
    private Program program;

    @Test
    void everyEventIsLoggedWithoutSecrets() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
                Program started = new Program(environment(postgres), folder)) {
            program = started.await();
            Response admin = post("log-in", Program.ADMIN);
            as(admin)
                    .body(Map.of("title", "Long", "content", "x".repeat(3_000)))
                    .post("/posts")
                    .then()
                    .statusCode(201);
            int user = post("register", Map.of("email", EMAIL, "name", "Ada", "password", PASSWORD))
                    .path("id");
            post("log-in", Map.of("email", EMAIL, "password", "wrong"));
            Response first = post("log-in", Map.of("email", EMAIL, "password", PASSWORD));
            Response second = post("refresh", Map.of("refreshToken", first.path("refreshToken")));
            Response third = post("refresh", Map.of("refreshToken", second.path("refreshToken")));
            post("refresh", Map.of("refreshToken", first.path("refreshToken")));
            as(third).get("/users");
            as(third).body(Map.of("current", "wrong", "new", REPLACEMENT)).put("/users/{id}/password", user);
            as(third).body(Map.of("current", PASSWORD, "new", REPLACEMENT)).put("/users/{id}/password", user);
            Response fourth = post("log-in", Map.of("email", EMAIL, "password", REPLACEMENT));
            post("log-out", Map.of("refreshToken", fourth.path("refreshToken")));
            as(admin).body(List.of("user", "admin")).put("/users/{id}/roles", user);
            given().port(program.port())
                    .auth()
                    .oauth2(fourth.<String>path("accessToken") + "x")
                    .get("/authentication?password=" + PASSWORD.replace(' ', '+'));

            program.terminate();
            program.exit();

            // PostgreSQL would warn of words that are too long for the search.
            assertFalse(program.output().contains("word is too long"), program.output());
            List<Map<String, String>> trail = trail();
            String ada = Integer.toString(user);
            assertEvent(trail, "registered", "success", ada);
            assertEvent(trail, "log-in-failed", "failure", ada);
            assertEvent(trail, "logged-in", "success", ada);
            assertEvent(trail, "refreshed", "success", ada);
            assertEvent(trail, "refresh-token-reused", "failure", ada);
            assertEvent(trail, "password-change-failed", "failure", ada);
            assertEvent(trail, "password-changed", "success", ada);
            assertEvent(trail, "logged-out", "success", ada);
            assertEvent(trail, "roles-changed", "success", ada);
            assertEvent(trail, "refused", "failure", ada);
            assertTrue(trail.stream().allMatch(event -> "127.0.0.1".equals(event.get("address"))), "" + trail);
            assertEquals(
                    Set.of("401", "403"),
                    trail.stream()
                            .filter(event -> event.get("event").equals("refused"))
                            .map(event -> event.get("status"))
                            .collect(Collectors.toSet()));
            secrets.forEach(secret -> assertFalse(output().contains(secret), secret));
        }
    }

    private static void assertEvent(List<Map<String, String>> trail, String name, String outcome, String user) {
        assertTrue(
                trail.stream()
                        .anyMatch(event -> name.equals(event.get("event"))
                                && outcome.equals(event.get("outcome"))
                                && user.equals(event.get("user"))),
                name + " is not in " + trail);
    }

    private List<Map<String, String>> trail() {
        return output().lines()
                .filter(line -> line.contains("\"loggerName\":\"dev.quire.audit\""))
                .map(line -> JsonPath.from(line).<String, String>getMap("mdc"))
                .toList();
    }

    private String output() {
        try {
            return program.output();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Response post(String path, Map<String, String> body) {
        Response answer = given().port(program.port())
                .contentType("application/json")
                .body(body)
                .post("/authentication/" + path);
        if (answer.statusCode() == 200) {
            // The part of an access token after its header is secret.
            secrets.add(answer.<String>path("accessToken").split("\\.")[2]);
            secrets.add(answer.path("refreshToken"));
        }
        return answer;
    }

    private RequestSpecification as(Response tokens) {
        return given().port(program.port())
                .auth()
                .oauth2(tokens.path("accessToken"))
                .contentType("application/json");
    }

    private Map<String, String> environment(EmbeddedPostgres postgres) throws Exception {
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        return Program.environment(postgres, keys);
    }
}
