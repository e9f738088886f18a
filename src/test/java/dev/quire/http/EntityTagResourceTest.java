package dev.quire.http;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Entity tags of all reads, and conditional reads with {@code If-None-Match}. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class EntityTagResourceTest {
    /** A strong tag, without W/ in front (RFC 9110, section 8.8.3). */
    private static final String STRONG = "\"[\\x21\\x23-\\x7e]+\"";

    private static final List<String> OF_RESPONSE =
            List.of("ETag", "Link", "X-Total-Count", "Preference-Applied", "Cache-Control");

    private static Graph graph;

    @BeforeEach
    void fill() {
        if (graph == null) {
            graph = fresh();
        }
    }

    private static Graph fresh() {
        return Graph.make(RestAssured.port, Account.admin().token());
    }

    /** The reads, each with the path of the OpenAPI document in front. */
    static List<String> reads() {
        return List.of(
                "/posts /posts",
                "/posts /posts?limit=1&sort=title",
                "/posts /posts?author=USER&include=author.posts",
                "/posts /posts?author=USER&q=nothing-like-this",
                "/posts/{id} /posts/POST",
                "/posts/{id} /posts/POST?include=",
                "/posts/{id} /posts/POST?include=author,categories.posts",
                "/posts/{id} /posts/POST?fields=id,author.name",
                "/posts/{id}/categories /posts/POST/categories",
                "/posts/{id}/categories /posts/POST/categories?include=posts",
                "/posts/{id}/categories /posts/POST/categories?fields=name",
                "/posts/{id} /posts/POST?include=comments.author",
                "/posts/{id}/comments /posts/POST/comments",
                "/changes /changes?limit=3",
                "/changes /changes?kinds=category,link&limit=1000",
                "/comments/{id} /comments/COMMENT",
                "/comments/{id} /comments/COMMENT?include=post",
                "/users/{id}/comments /users/USER/comments?fields=content",
                "/categories /categories?limit=2",
                "/categories /categories?include=posts&sort=-name",
                "/categories/{id} /categories/CATEGORY",
                "/categories/{id} /categories/CATEGORY?include=posts.author",
                "/categories/{id} /categories/CATEGORY?fields=name",
                "/categories/named/{name} /categories/named/NAME",
                "/categories/named/{name} /categories/named/NAME?include=posts",
                "/categories/{id}/posts /categories/CATEGORY/posts",
                "/users /users?limit=3&include=posts",
                "/users/{id} /users/USER",
                "/users/{id} /users/USER?include=posts,address.user,createdBy",
                "/users/{id} /users/USER?fields=email",
                "/users/{id}/posts /users/USER/posts?fields=title",
                "/users/{id}/address /users/USER/address",
                "/users/{id}/address /users/USER/address?include=user",
                "/addresses /addresses?include=user",
                "/addresses/{id} /addresses/ADDRESS",
                "/addresses/{id} /addresses/ADDRESS?fields=city",
                "/authentication /authentication",
                "/authentication /authentication?include=posts",
                "/authentication/sessions /authentication/sessions");
    }

    @Test
    void allDocumentedReadsAreCovered() {
        Map<String, Map<String, Object>> paths =
                given().queryParam("format", "json").get("/q/openapi").path("paths");
        Set<String> documented = paths.entrySet().stream()
                .filter(path -> path.getValue().containsKey("get"))
                .map(Map.Entry::getKey)
                // A stream of lines has no tag.
                .filter(path -> !path.endsWith("/export"))
                .collect(Collectors.toCollection(TreeSet::new));
        // It is not read from PostgreSQL.
        documented.remove("/.well-known/jwks.json");

        assertEquals(
                documented,
                reads().stream().map(read -> read.split(" ")[0]).collect(Collectors.toCollection(TreeSet::new)));
    }

    @ParameterizedTest
    @MethodSource("reads")
    void matchingTagIsNotModified(String read) {
        Response whole = reader(read).get(path(read));
        whole.then().statusCode(200).header("ETag", matchesPattern(STRONG));
        String tag = whole.header("ETag");

        for (String known : List.of(tag, "W/" + tag, "\"another\", W/\"a,b\" ,,\t" + tag + ", \"\"", "*")) {
            assertNotModified(whole, reader(read).header("If-None-Match", known).get(path(read)));
            assertNotModified(whole, reader(read).header("If-None-Match", known).head(path(read)));
        }
        assertNotModified(
                whole,
                reader(read)
                        .header("If-None-Match", "\"another\"")
                        .header("If-None-Match", tag)
                        .get(path(read)));
    }

    @ParameterizedTest
    @MethodSource("reads")
    void otherTagGetsTheFullResponse(String read) {
        Response whole = reader(read).get(path(read));
        String tag = whole.header("ETag");

        for (String known : List.of("\"another\"", "\"another\", W/\"a,b\"", "\"*\"", "\"W/" + tag.substring(1))) {
            Response answer = reader(read).header("If-None-Match", known).get(path(read));
            assertEquals(200, answer.statusCode());
            assertEquals(whole.asString(), answer.asString());
            assertSameFields(whole, answer);
        }
        Response head = reader(read).header("If-None-Match", "\"another\"").head(path(read));
        assertEquals(200, head.statusCode());
        assertSameFields(whole, head);
    }

    @ParameterizedTest
    @MethodSource("reads")
    void malformedIfNoneMatchIsRefused(String read) {
        for (String wrong : PreconditionResourceTest.MALFORMED) {
            reader(read)
                    .header("If-None-Match", wrong)
                    .get(path(read))
                    .then()
                    .spec(problem(400))
                    .header("ETag", nullValue())
                    .body("errors.header", contains("If-None-Match"));
        }
    }

    @Test
    void longTagListIsReadCompletely() {
        String tag = given().get("/posts/{id}", graph.post()).header("ETag");
        String many = IntStream.range(0, 800).mapToObj(i -> "\"" + i + "\", ").collect(Collectors.joining());

        given().header("If-None-Match", many + tag)
                .get("/posts/{id}", graph.post())
                .then()
                .statusCode(304);
        given().header("If-None-Match", many + "\"a")
                .get("/posts/{id}", graph.post())
                .then()
                .spec(problem(400));
    }

    /** A length would have to be that of the omitted body (RFC 9110, section 8.6). */
    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void notModifiedHasNoContentLength(String method) throws IOException {
        String answer = Wire.exchange(
                method + " /posts/" + graph.post() + " HTTP/1.1\nHost: quire\nIf-None-Match: *\nConnection: close\n");

        assertTrue(answer.startsWith("HTTP/1.1 304 "), answer);
        assertTrue(answer.endsWith("\r\n\r\n"), answer);
        assertFalse(answer.toLowerCase(Locale.ROOT).contains("content-length"), answer);
    }

    @Test
    void notModifiedPageHasItsLinksAndCount() {
        Response page = counted().get("/posts?limit=1");
        page.then().header("X-Total-Count", matchesPattern("[0-9]+")).header("Preference-Applied", "count=exact");
        assertTrue(page.header("Link").contains("rel=\"first\""), page.header("Link"));

        assertNotModified(
                page, counted().header("If-None-Match", page.header("ETag")).get("/posts?limit=1"));
    }

    private static RequestSpecification counted() {
        return given().header("Prefer", "count=exact");
    }

    @Test
    void eachProjectionHasItsOwnTag() {
        List<String> tags = List.of("", "?include=", "?include=author", "?fields=id", "?include=author.posts").stream()
                .map(shown -> given().get("/posts/" + graph.post() + shown).header("ETag"))
                .toList();

        assertEquals(tags.size(), Set.copyOf(tags).size(), tags::toString);
    }

    @Test
    void publicViewOfAUserHasItsOwnTag() {
        String seen = given().get("/users/{id}", graph.user()).header("ETag");
        String own = own().get("/users/{id}", graph.user()).header("ETag");

        assertNotEquals(seen, own);
        assertEquals(
                own, graph.as(graph.admin()).get("/users/{id}", graph.user()).header("ETag"));
        own().header("If-None-Match", seen)
                .get("/users/{id}", graph.user())
                .then()
                .statusCode(200)
                .body("email", equalTo(graph.email()));
        given().header("If-None-Match", own)
                .get("/users/{id}", graph.user())
                .then()
                .statusCode(200)
                .body("email", nullValue());
    }

    @Test
    void updateReturnsTheTagOfTheNextRead() {
        Graph changed = fresh();
        Set<Integer> statuses = new TreeSet<>();
        for (Write write : Write.all()) {
            if (!write.operation().startsWith("DELETE")) {
                Response answer = write.send(changed);
                statuses.add(answer.statusCode());
                assertTrue(Set.of(200, 204).contains(answer.statusCode()), answer::asString);
                assertEquals(
                        answer.statusCode() == 204 ? null : write.read(changed).header("ETag"),
                        answer.header("ETag"),
                        write::toString);
            }
        }
        assertEquals(Set.of(200, 204), statuses);
    }

    @Test
    void creationReturnsTheTagOfTheNextRead() {
        String name = "tagged-" + System.nanoTime();
        String user = "{\"email\": \"%s@quire.test\", \"name\": \"Name\", \"password\": \"%s\"}";
        String home = "{\"street\": \"Street\", \"city\": \"City\", \"country\": \"Country\"}";
        Graph moving = fresh();
        moving.as(moving.token()).delete("/users/{id}/address", moving.user());
        int lonely = admin().body(user.formatted(name, Account.PASSWORD))
                .post("/users")
                .path("id");

        for (Response made : List.of(
                own().body("{\"title\": \"Title\", \"content\": \"Content\"}").post("/posts"),
                own().body("{\"name\": \"%s\"}".formatted(name)).post("/categories"),
                own().put("/categories/named/{name}", name + " put"),
                admin().body(user.formatted(name + ".made", Account.PASSWORD)).post("/users"),
                given().contentType("application/json")
                        .body(user.formatted(name + ".registered", Account.PASSWORD))
                        .post("/authentication/register"),
                admin().body(home.replace("}", ", \"user\": {\"id\": %d}}".formatted(lonely)))
                        .post("/addresses"),
                admin().body(home.replace(
                                "}", ", \"user\": " + user.formatted(name + ".inhabiting", Account.PASSWORD) + "}"))
                        .post("/addresses"),
                moving.as(moving.token()).body(home).put("/users/{id}/address", moving.user()))) {
            made.then().statusCode(201).header("ETag", matchesPattern(STRONG));
            assertEquals(admin().get(made.header("Location")).header("ETag"), made.header("ETag"));
        }
    }

    @Test
    void problemsAndStreamsHaveNoTag() {
        String post = "/posts/" + graph.post();
        for (Response answer : List.of(
                given().get("/posts/{id}", Integer.MAX_VALUE),
                given().get("/users"),
                given().get("/posts?unknown=1"),
                own().body("{}").post("/posts"),
                given().accept("application/x-ndjson").get("/posts"),
                given().accept("application/x-ndjson").head("/posts"),
                given().get("/posts/export"),
                given().head("/posts/export"),
                logIn(),
                given().contentType("application/json")
                        .body(Map.of("refreshToken", logIn().path("refreshToken")))
                        .post("/authentication/refresh"),
                own().delete(post + "?dryRun=true"),
                own().put(post + "/categories/{id}", graph.category()))) {
            answer.then().header("ETag", nullValue());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "\"another\"", "nonsense"})
    void streamsIgnoreIfNoneMatch(String known) {
        given().header("If-None-Match", known)
                .accept("application/x-ndjson")
                .get("/posts?author=" + graph.user())
                .then()
                .statusCode(200)
                .header("ETag", nullValue());
        given().header("If-None-Match", known)
                .get("/posts/export?author=" + graph.user())
                .then()
                .statusCode(200)
                .header("ETag", nullValue());
        given().header("If-None-Match", known)
                .get("/posts/{id}", Integer.MAX_VALUE)
                .then()
                .spec(problem(404));
    }

    private static Response logIn() {
        return given().contentType("application/json")
                .body(Map.of("email", graph.email(), "password", Account.PASSWORD))
                .post("/authentication/log-in");
    }

    private static void assertNotModified(Response whole, Response answer) {
        answer.then().statusCode(304).body(emptyString());
        assertSameFields(whole, answer);
    }

    private static void assertSameFields(Response one, Response other) {
        for (String name : OF_RESPONSE) {
            assertEquals(one.headers().getValues(name), other.headers().getValues(name), name);
        }
    }

    private static RequestSpecification own() {
        return graph.as(graph.token());
    }

    private static RequestSpecification admin() {
        return graph.as(graph.admin());
    }

    /** Returns a reader with access to all of this. */
    private static RequestSpecification reader(String read) {
        return read.startsWith("/users ") ? admin() : own();
    }

    private static String path(String read) {
        return graph.fill(read.split(" ")[1]);
    }
}
