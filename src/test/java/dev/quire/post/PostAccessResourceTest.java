package dev.quire.post;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.in;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.References;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The permissions to read and write posts and their links. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class PostAccessResourceTest {
    private static final long MISSING_ID = Long.MAX_VALUE;

    private static Account ada;
    private static Account stranger;
    private static int linked;
    private static int other;

    /** A request that changes a post in the category {@code linked}; each would have a visible effect. */
    record Write(String method, String path, String body) {
        Response by(RequestSpecification caller, Object post) {
            String written = body.replace("LINKED", String.valueOf(linked)).replace("OTHER", String.valueOf(other));
            String to = path.replace("LINKED", String.valueOf(linked)).replace("OTHER", String.valueOf(other));
            return (body.isEmpty()
                            ? caller
                            : caller.contentType(ContentType.JSON).body(written))
                    .request(method, to, post);
        }
    }

    static Stream<Write> writes() {
        return Stream.of(
                new Write("PUT", "/posts/{id}", "{\"title\": \"New\", \"content\": \"New\", \"categories\": []}"),
                new Write("PATCH", "/posts/{id}", "{\"title\": \"New\"}"),
                new Write("PATCH", "/posts/{id}", "{\"categories\": {\"disconnect\": [{\"id\": LINKED}]}}"),
                new Write("DELETE", "/posts/{id}", ""),
                new Write("PUT", "/posts/{id}/categories", "[{\"id\": OTHER}]"),
                new Write("PUT", "/posts/{id}/categories/OTHER", ""),
                new Write("DELETE", "/posts/{id}/categories/LINKED", ""));
    }

    @BeforeEach
    void register() {
        if (ada == null) {
            ada = Account.register();
            stranger = Account.register();
            linked = ada.category("Access linked");
            other = ada.category("Access other");
        }
    }

    @ParameterizedTest
    @MethodSource("writes")
    void writesWithoutTokenAreUnauthorized(Write write) {
        int post = ada.post("Guarded", List.of(linked));
        String before = read(post);

        write.by(given(), post)
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", startsWith("Bearer"));
        write.by(given().auth().oauth2(ada.token() + "x"), post).then().statusCode(401);

        assertEquals(before, read(post));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void writesByStrangersAreForbidden(Write write) {
        int post = ada.post("Guarded", List.of(linked));
        String before = read(post);

        write.by(stranger.request(), post).then().statusCode(403).contentType("application/problem+json");

        assertEquals(before, read(post));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void authorAndAdminsMayWrite(Write write) {
        for (Account caller : List.of(ada, Account.admin())) {
            int post = ada.post("Guarded", List.of(linked));

            write.by(caller.request(), post).then().statusCode(in(List.of(200, 204)));

            String categories = given().get("/posts/{id}/categories", post).asString();
            String title = given().get("/posts/{id}", post).path("title");
            boolean changed = !categories.contains("Access linked")
                    || categories.contains("Access other")
                    || !"Guarded".equals(title);
            assertEquals(true, changed);
        }
    }

    @ParameterizedTest
    @MethodSource("writes")
    void writesToAMissingPostAreNotFound(Write write) {
        for (Account caller : List.of(ada, Account.admin())) {
            write.by(caller.request(), MISSING_ID).then().statusCode(404).contentType("application/problem+json");
        }
    }

    @ParameterizedTest
    @MethodSource("writes")
    void nonCanonicalIdIsRefused(Write write) {
        for (String id : List.of("x", "0", "-1", "+1", "01", "1.0", "9223372036854775808")) {
            write.by(ada.request(), id).then().statusCode(400).body("errors.parameter", contains("id"));
            given().get("/posts/{id}", id).then().statusCode(400).body("errors.parameter", contains("id"));
        }
        ada.request()
                .put("/posts/{id}/categories/{categoryId}", ada.post("Spelling"), "x")
                .then()
                .statusCode(400)
                .body("errors.parameter", contains("categoryId"));
    }

    @Test
    void publishingWithoutTokenIsUnauthorized() {
        given().contentType(ContentType.JSON)
                .body("{\"title\": \"Anonymous\", \"content\": \"Anonymous\"}")
                .post("/posts")
                .then()
                .statusCode(401);

        given().get("/posts?limit=100").then().body("title.findAll { it == 'Anonymous' }.size()", equalTo(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/posts", "/posts/POST", "/posts/POST/categories", "/categories/LINKED/posts", "/users/ADA/posts"
            })
    void postsAreReadWithoutToken(String path) {
        int post = ada.post("Public", List.of(linked));
        String to = path.replace("POST", String.valueOf(post))
                .replace("LINKED", String.valueOf(linked))
                .replace("ADA", String.valueOf(ada.id()));

        String anonymous = given().get(to).then().statusCode(200).extract().asString();

        assertEquals(anonymous, stranger.request().get(to).asString());
        assertEquals(anonymous, Account.admin().request().get(to).asString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/posts/{id}", "/posts/{id}/categories", "/categories/{id}/posts", "/users/{id}/posts"})
    void missingResourceIsNotFound(String path) {
        given().get(path, MISSING_ID).then().statusCode(404).contentType("application/problem+json");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /posts/{id}",
        "PUT, /posts/{id}",
        "PATCH, /posts/{id}",
        "DELETE, /posts/{id}",
        "GET, /posts/{id}/categories",
        "PUT, /posts/{id}/categories",
        "PUT, /posts/{id}/categories/7",
        "DELETE, /posts/{id}/categories/7",
        "GET, /categories/{id}/posts",
        "GET, /users/{id}/posts",
        "POST, /posts?x={id}",
    })
    void unknownParameterIsRefused(String method, String path) {
        int post = ada.post("Known");
        String body = path.endsWith("categories")
                ? References.ids()
                : method.equals("PATCH") ? "{}" : "{\"title\": \"New\", \"content\": \"New\"}";
        String to = path.contains("?") ? path.replace("x=", "dryrun=") : path + "?dryrun=true";

        ada.request(body).request(method, to, post).then().statusCode(400).body("errors.parameter", hasItem("dryrun"));

        given().get("/posts/{id}", post).then().statusCode(200);
    }

    private static String read(int post) {
        return given().get("/posts/{id}", post).asString();
    }
}
