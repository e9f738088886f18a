package dev.quire.http;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.oneOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Conditional writes: {@code If-Match} and {@code If-None-Match}. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class PreconditionResourceTest {
    private static final String ADDRESS = "{\"street\": \"Street\", \"city\": \"City\", \"country\": \"Country\"}";

    /** A graph for requests that are refused. */
    private static Graph kept;

    private static Account stranger;

    @BeforeEach
    void fill() {
        if (kept == null) {
            kept = fresh();
            stranger = Account.register();
        }
    }

    static List<Write> writes() {
        return Write.all();
    }

    @Test
    void allDocumentedWritesAreCovered() {
        Map<String, Map<String, Object>> paths =
                given().queryParam("format", "json").get("/q/openapi").path("paths");
        Set<String> documented = paths.entrySet().stream()
                .flatMap(path -> path.getValue().keySet().stream()
                        .filter(Set.of("put", "patch", "delete")::contains)
                        .map(method -> method.toUpperCase(Locale.ROOT) + " " + path.getKey()))
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(
                documented, writes().stream().map(Write::operation).collect(Collectors.toCollection(TreeSet::new)));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void currentTagIsAccepted(Write write) {
        Graph graph = fresh();

        assertDone(write.send(graph, "If-Match", write.tag(graph)));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void listWithTheCurrentTagIsAccepted(Write write) {
        Graph graph = fresh();
        String tag = write.tag(graph);

        assertDone(
                tag.equals("*")
                        ? write.send(graph, "If-Match", tag)
                        : write.send(graph, "If-Match", "\"another\", W/\"third\"", "If-Match", "\"a,b\" ,," + tag));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void asteriskMatchesAnExistingResource(Write write) {
        assertDone(write.send(fresh(), "If-Match", "*", "If-None-Match", "\"another\", W/\"third\""));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void staleTagIsRefusedWithoutChange(Write write) {
        Graph graph = kept;
        String old = write.target() == null ? "\"old\"" : write.tag(graph);
        editAll(graph);
        String current = write.target() == null ? "\"current\"" : write.tag(graph);
        assertNotEquals(old, current);
        List<List<Object>> rows = rows(graph);

        for (String tag : List.of(old, "W/" + current, "\"another\", W/" + current + ", " + old, "\"\"")) {
            assertRefused(write.send(graph, "If-Match", tag), 412, "If-Match");
        }

        assertEquals(rows, rows(graph));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void ifNoneMatchRefusesAnExistingResourceWithoutChange(Write write) {
        List<List<Object>> rows = rows(kept);
        String tag = write.tag(kept);

        for (String known : tag.equals("*") ? List.of(tag) : List.of(tag, "W/" + tag, "\"another\"," + tag, "*")) {
            assertRefused(write.send(kept, "If-None-Match", known), 412, "If-None-Match");
            assertRefused(write.send(kept, "If-Match", tag, "If-None-Match", known), 412, "If-None-Match");
        }

        assertEquals(rows, rows(kept));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void malformedIfMatchIsRefusedWithoutChange(Write write) {
        List<List<Object>> rows = rows(kept);

        for (String field : List.of("If-Match", "If-None-Match")) {
            for (String wrong : MALFORMED) {
                assertRefused(write.send(kept, field, wrong), 400, field);
            }
        }

        assertEquals(rows, rows(kept));
    }

    /** No lists of entity tags (RFC 9110, section 8.8.3). */
    static final List<String> MALFORMED = List.of(
            "", "a", "\"a", "a\"", "'a'", "\"a\" \"b\"", "w/\"a\"", "W/a", "*, \"a\"", "\"a\", *", "\"a b\"", ",");

    @ParameterizedTest
    @MethodSource("writes")
    void permissionIsCheckedBeforeTheTag(Write write) {
        if (write.path().startsWith("/categories/named/")) {
            return;
        }
        int status = write.path().matches(".*/(sessions/.*|totp)") ? 404 : 403;
        for (String tag : List.of("\"another\"", "*", write.tag(kept))) {
            write.sendBy(stranger.token(), kept, "If-Match", tag).then().spec(problem(status));
        }
    }

    @ParameterizedTest
    @MethodSource("writes")
    void missingResourceIsNotFoundWithAnyTag(Write write) {
        if (write.path().startsWith("/categories/named/")
                || write.path().endsWith("/password")
                || write.path().endsWith("/totp")) {
            return;
        }
        var nothing = new Graph(
                RestAssured.port,
                kept.admin(),
                kept.admin(),
                Integer.MAX_VALUE,
                kept.email(),
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                kept.name(),
                Integer.MAX_VALUE,
                Integer.MAX_VALUE);
        for (String tag : List.of("\"another\"", "*")) {
            write.send(nothing, "If-Match", tag).then().spec(problem(404));
        }
    }

    static Stream<Arguments> created() {
        return Stream.of(
                Arguments.of("/users/USER/address", ADDRESS, 201),
                Arguments.of("/categories/named/Made NAME", null, 201),
                Arguments.of("/posts/POST/categories/CATEGORY", null, 204));
    }

    @ParameterizedTest
    @MethodSource("created")
    void ifNoneMatchAsteriskCreatesOnce(String path, String body, int status) {
        Graph graph = bare();

        assertEquals(status, put(graph, path, body, "If-None-Match", "*").statusCode());
        List<List<Object>> rows = rows(graph);
        assertRefused(put(graph, path, body, "If-None-Match", "*"), 412, "If-None-Match");
        assertEquals(rows, rows(graph));
    }

    @ParameterizedTest
    @MethodSource("created")
    void ifMatchCreatesNothing(String path, String body, int status) {
        Graph graph = bare();
        List<List<Object>> rows = rows(graph);

        for (String tag : List.of("*", "\"another\"")) {
            assertRefused(put(graph, path, body, "If-Match", tag), 412, "If-Match");
        }

        assertEquals(rows, rows(graph));
        assertEquals(0, Database.count("select count(*) from categories where name = ?", "Made " + graph.name()));
        assertEquals(
                status, put(graph, path, body, "If-None-Match", "\"another\"").statusCode());
    }

    @ParameterizedTest
    @MethodSource("linked")
    void linkIsCreatedWithTheTagOfThePostOrItsCategories(String target) {
        Graph graph = bare();
        String tag = graph.as(graph.token()).get(graph.fill(target)).header("ETag");

        put(graph, "/posts/POST/categories/CATEGORY", null, "If-Match", tag)
                .then()
                .statusCode(204);
        assertRefused(put(graph, "/posts/POST/categories/CATEGORY", null, "If-Match", tag), 412, "If-Match");
    }

    static List<String> linked() {
        return List.of("/posts/POST", "/posts/POST/categories");
    }

    @Test
    void tagOfThePublicViewIsRefused() {
        String tag = given().get("/users/{id}", kept.user()).header("ETag");

        assertRefused(
                kept.as(kept.token())
                        .header("If-Match", tag)
                        .body("{\"name\": \"Changed\"}")
                        .patch("/users/{id}", kept.user()),
                412,
                "If-Match");
    }

    @Test
    void tagOfAProjectionIsRefused() {
        for (String part : List.of("include=", "fields=id,title")) {
            String tag = given().get("/posts/" + kept.post() + "?" + part).header("ETag");

            assertRefused(
                    kept.as(kept.token())
                            .header("If-Match", tag)
                            .body("{\"title\": \"Changed\"}")
                            .patch("/posts/{id}", kept.post()),
                    412,
                    "If-Match");
        }
    }

    @Test
    void writeReturnsTheTagForTheNextWrite() {
        Graph graph = fresh();
        String tag = graph.as(graph.token()).get("/posts/{id}", graph.post()).header("ETag");

        for (int i = 0; i < 3; i++) {
            tag = graph.as(graph.token())
                    .header("If-Match", tag)
                    .body(Map.of("title", "Title " + i))
                    .patch("/posts/{id}", graph.post())
                    .then()
                    .statusCode(200)
                    .extract()
                    .header("ETag");
        }
    }

    @Test
    void dryRunChecksThePrecondition() {
        for (Write write : writes()) {
            if (write.operation().startsWith("DELETE") && write.target() != null) {
                String path = kept.fill(write.path());
                var dryRun = new Write(
                        write.operation(),
                        path + (path.contains("?") ? "&" : "?") + "dryRun=true",
                        null,
                        write.target(),
                        write.byAdmin());

                assertRefused(dryRun.send(kept, "If-Match", "\"another\""), 412, "If-Match");
                dryRun.send(kept, "If-Match", write.tag(kept)).then().statusCode(200);
            }
        }
    }

    @Test
    void creationByPostIgnoresPreconditions() {
        for (String field : List.of("If-Match", "If-None-Match")) {
            stranger.request("{\"title\": \"Title\", \"content\": \"Content\"}")
                    .header(field, "\"another\"")
                    .post("/posts")
                    .then()
                    .statusCode(201);
        }
    }

    private static Graph fresh() {
        return Graph.make(RestAssured.port, Account.admin().token());
    }

    /** Creates a graph without an address, and without a link. */
    private static Graph bare() {
        Graph graph = fresh();
        graph.as(graph.token()).delete("/users/{id}/address", graph.user());
        graph.as(graph.token()).body("[]").put("/posts/{id}/categories", graph.post());
        return graph;
    }

    /** Gives everything another tag. */
    private static void editAll(Graph graph) {
        String now = Long.toString(System.nanoTime());
        graph.as(graph.token())
                .body(Map.of("name", now, "address", Map.of("street", now)))
                .patch("/users/{id}", graph.user());
        graph.as(graph.token()).body(Map.of("title", now)).patch("/posts/{id}", graph.post());
        // The same name in another case: the graph is found by it.
        String name = graph.as(graph.admin())
                .get("/categories/{id}", graph.category())
                .path("name");
        String other = name.equals(graph.name()) ? name.toUpperCase(Locale.ROOT) : graph.name();
        graph.as(graph.admin()).body(Map.of("name", other)).patch("/categories/{id}", graph.category());
    }

    /** Returns all stored rows of it, with the transactions that wrote them. */
    private static List<List<Object>> rows(Graph graph) {
        return Database.rows(
                """
                select u.xmin::text, u::text from users u where id = ?
                union all select a.xmin::text, a::text from addresses a
                  where id = (select address_id from users where id = ?)
                union all select p.xmin::text, p::text from posts p where id = ?
                union all select l.xmin::text, l::text from post_categories l where post_id = ?
                union all select c.xmin::text, c::text from categories c where id = ?
                union all select s.xmin::text, s::text from sessions s where user_id = ?
                order by 2
                """, graph.user(), graph.user(), graph.post(), graph.post(), graph.category(), graph.user());
    }

    private static Response put(Graph graph, String path, String body, String field, String value) {
        return new Write("PUT", path, body, null, false).send(graph, field, value);
    }

    private static void assertDone(Response answer) {
        assertTrue(Set.of(200, 204).contains(answer.statusCode()), answer::asString);
    }

    private static void assertRefused(Response answer, int status, String field) {
        answer.then().spec(problem(status)).header("ETag", nullValue()).body("errors.header", contains(field));
        if (status == 412) {
            answer.then()
                    .body(
                            "detail",
                            oneOf(
                                    "The resource has changed since it was read: If-Match does not match its current ETag.",
                                    "The resource exists, and If-None-Match matches its current ETag."));
        }
    }
}
