package dev.quire.http;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Program;
import io.restassured.response.Response;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A program that requires a precondition for every write. */
class PreconditionsRequiredIT {
    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static Program program;
    private static String admin;

    @BeforeAll
    static void start() throws Exception {
        postgres = EmbeddedPostgres.start();
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        var environment = new HashMap<>(Program.environment(postgres, keys));
        environment.put("QUIRE_PRECONDITIONS_REQUIRED", "true");
        program = new Program(environment, folder).await();
        program.awaitReadiness(200);
        admin = given().port(program.port())
                .contentType("application/json")
                .body(Program.ADMIN)
                .post("/authentication/log-in")
                .path("accessToken");
    }

    @AfterAll
    static void stop() throws Exception {
        program.close();
        postgres.close();
    }

    static List<Write> writes() {
        return Write.all();
    }

    /** A new graph is created by POST alone, which needs no precondition. */
    @ParameterizedTest
    @MethodSource("writes")
    void writesRequireAPrecondition(Write write) {
        Graph graph = Graph.make(program.port(), admin);
        String tag = write.tag(graph);

        assertRequired(write.send(graph));
        // It names a tag that must not match, but not the current one.
        assertRequired(write.send(graph, "If-None-Match", "\"another\""));
        assertEquals(tag, write.tag(graph));
        write.send(graph, "If-Match", "\"another\"").then().spec(problem(412));

        Response done = write.send(graph, "If-Match", tag);
        assertTrue(Set.of(200, 204).contains(done.statusCode()), done::asString);
    }

    @Test
    void putWithIfNoneMatchCreates() {
        Graph graph = Graph.make(program.port(), admin);
        var put = new Write("PUT", "/categories/named/Made NAME", null, null, false);

        assertRequired(put.send(graph));
        put.send(graph, "If-None-Match", "*").then().statusCode(201);
    }

    @Test
    void mutationsRequireIfMatch() {
        Graph graph = Graph.make(program.port(), admin);
        String delete = "mutation ($tag: String) { deletePost(id: %d, ifMatch: $tag) { id } }".formatted(graph.post());
        String tag =
                given().port(program.port()).get("/posts/{id}", graph.post()).header("ETag");

        mutate(graph, delete, Map.of()).then().body("errors[0].extensions.problem.status", equalTo(428));
        mutate(graph, delete, Map.of("tag", "\"another\""))
                .then()
                .body("errors[0].extensions.problem.status", equalTo(412));
        mutate(graph, delete, Map.of("tag", tag)).then().body("data.deletePost.id", equalTo("Post:" + graph.post()));
    }

    private static Response mutate(Graph graph, String query, Map<String, String> variables) {
        return given().port(program.port())
                .auth()
                .oauth2(graph.token())
                .contentType("application/json")
                .body(Map.of("query", query, "variables", variables))
                .post("/graphql");
    }

    private static void assertRequired(Response answer) {
        answer.then().spec(problem(428)).body("errors.header", contains("If-Match"));
    }
}
