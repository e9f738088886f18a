package dev.quire.parameter;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class ParametersResourceTest {
    private static final String POST = "{\"title\": \"Title\", \"content\": \"Content\"}";
    private static final String NAME = "{\"name\": \"Name\"}";
    private static final String USER = "{\"name\": \"Name\", \"email\": \"id@quire.test\"}";
    private static final String ADDRESS = "{\"street\": \"Street\", \"city\": \"City\", \"country\": \"Country\"}";

    @ParameterizedTest
    @MethodSource("idsInPaths")
    void anIdHasOneSpelling(String method, String path, String body, String parameter) {
        for (String id : new String[] {
            "1.5", "01", "+1", "-1", "0", "99999999999999999999", "9223372036854775808", "abc", " ", "1 ", "0x1", "１"
        }) {
            var request = Account.admin().request();
            if (body != null) {
                request.contentType("application/json").body(body);
            }

            request.request(method, path, id).then().spec(problem(400)).body("errors.parameter", contains(parameter));
        }
    }

    static Stream<Arguments> idsInPaths() {
        return Stream.of(
                Arguments.of("GET", "/users/{id}", null, "id"),
                Arguments.of("PUT", "/users/{id}", USER, "id"),
                Arguments.of("PATCH", "/users/{id}", "{}", "id"),
                Arguments.of("DELETE", "/users/{id}", null, "id"),
                Arguments.of("GET", "/users/{id}/address", null, "id"),
                Arguments.of("PUT", "/users/{id}/address", ADDRESS, "id"),
                Arguments.of("DELETE", "/users/{id}/address", null, "id"),
                Arguments.of("GET", "/users/{id}/posts", null, "id"),
                Arguments.of("GET", "/addresses/{id}", null, "id"),
                Arguments.of("GET", "/posts/{id}", null, "id"),
                Arguments.of("PUT", "/posts/{id}", POST, "id"),
                Arguments.of("PATCH", "/posts/{id}", "{}", "id"),
                Arguments.of("DELETE", "/posts/{id}", null, "id"),
                Arguments.of("GET", "/posts/{id}/categories", null, "id"),
                Arguments.of("PUT", "/posts/{id}/categories", "[]", "id"),
                Arguments.of("PUT", "/posts/{id}/categories/1", null, "id"),
                Arguments.of("PUT", "/posts/1/categories/{id}", null, "categoryId"),
                Arguments.of("DELETE", "/posts/1/categories/{id}", null, "categoryId"),
                Arguments.of("GET", "/categories/{id}", null, "id"),
                Arguments.of("PUT", "/categories/{id}", NAME, "id"),
                Arguments.of("PATCH", "/categories/{id}", "{}", "id"),
                Arguments.of("DELETE", "/categories/{id}", null, "id"),
                Arguments.of("GET", "/categories/{id}/posts", null, "id"));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /posts",
        "GET, /posts/1",
        "GET, /posts/1/categories",
        "GET, /users",
        "GET, /users/1",
        "GET, /users/1/posts",
        "GET, /users/1/address",
        "GET, /addresses",
        "GET, /addresses/1",
        "GET, /categories",
        "GET, /categories/1",
        "GET, /categories/1/posts",
        "GET, /authentication",
        "DELETE, /posts/1",
        "DELETE, /posts/1/categories/1"
    })
    void anUnknownParameterIsNamedOnEveryPath(String method, String path) {
        Account.admin()
                .request()
                .queryParam("colour", "green")
                .request(method, path)
                .then()
                .spec(problem(400))
                .body("errors.parameter", contains("colour"));
    }

    @Test
    void anUnknownParameterStopsAWrite() {
        Account ada = Account.register();

        ada.request(POST)
                .post("/posts?draft=true")
                .then()
                .spec(problem(400))
                .body("errors.parameter", contains("draft"));

        given().get("/users/{id}/posts", ada.id()).then().statusCode(200).body("size()", equalTo(0));
    }

    @Test
    void aParameterIsGivenOnce() {
        given().get("/posts?limit=1&limit=2").then().spec(problem(400)).body("errors.parameter", contains("limit"));
        given().get("/posts?limit=1&limit=1").then().spec(problem(400)).body("errors.parameter", contains("limit"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0", "-1", "101", "1.5", "ten", "01", "+1", "1e1", " 1", "9223372036854775808", "4294967297"
            })
    void aLimitIsFromOneToAHundred(String limit) {
        for (String list : new String[] {"/posts", "/categories", "/users/1/posts", "/categories/1/posts"}) {
            given().queryParam("limit", limit)
                    .get(list)
                    .then()
                    .spec(problem(400))
                    .body("errors.parameter", contains("limit"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "AAAA", "%00", "PjE6MQ", "\u00e9", "MTIzNDU2Nzg-MTpM"})
    void aCursorIsOneThatTheListGaveOut(String cursor) {
        given().queryParam("cursor", cursor)
                .get("/posts")
                .then()
                .spec(problem(400))
                .body("errors.parameter", contains("cursor"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yes", "1", "TRUE", "True", " true"})
    void aFlagIsTrueOrFalse(String flag) {
        Account ada = Account.register();
        int post = ada.post("Kept");

        ada.request()
                .queryParam("dryRun", flag)
                .delete("/posts/{post}", post)
                .then()
                .spec(problem(400))
                .body("errors.parameter", contains("dryRun"));

        given().get("/posts/{post}", post).then().statusCode(200);
    }
}
