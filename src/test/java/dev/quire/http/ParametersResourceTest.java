package dev.quire.http;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.OpenApiContractFilter;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
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
    private static final String COMMENT = "{\"content\": \"Content\"}";
    private static final String NAME = "{\"name\": \"Name\"}";
    private static final String USER = "{\"name\": \"Name\", \"email\": \"id@quire.test\"}";
    private static final String ADDRESS = "{\"street\": \"Street\", \"city\": \"City\", \"country\": \"Country\"}";

    @ParameterizedTest
    @MethodSource("idsInPaths")
    void nonCanonicalIdIsRefused(String method, String path, String body, String parameter) {
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
                Arguments.of("GET", "/categories/{id}/posts", null, "id"),
                Arguments.of("GET", "/posts/{id}/comments", null, "id"),
                Arguments.of("POST", "/posts/{id}/comments", COMMENT, "id"),
                Arguments.of("GET", "/users/{id}/comments", null, "id"),
                Arguments.of("GET", "/users/{id}/posts/export", null, "id"),
                Arguments.of("GET", "/categories/{id}/posts/export", null, "id"),
                Arguments.of("GET", "/posts/{id}/comments/export", null, "id"),
                Arguments.of("GET", "/users/{id}/comments/export", null, "id"),
                Arguments.of("GET", "/comments/{id}", null, "id"),
                Arguments.of("PATCH", "/comments/{id}", "{}", "id"),
                Arguments.of("DELETE", "/comments/{id}", null, "id"));
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
        "GET, /posts/1/comments",
        "GET, /users/1/comments",
        "GET, /posts/export",
        "GET, /posts/1/comments/export",
        "GET, /users/export",
        "GET, /users/1/posts/export",
        "GET, /users/1/comments/export",
        "GET, /addresses/export",
        "GET, /categories/export",
        "GET, /categories/1/posts/export",
        "GET, /authentication/sessions/export",
        "GET, /comments/1",
        "GET, /changes",
        "DELETE, /comments/1",
        "GET, /authentication",
        "DELETE, /posts/1",
        "DELETE, /posts/1/categories/1",
        "DELETE, /authentication/totp"
    })
    void unknownParameterIsReportedOnEveryPath(String method, String path) {
        Account.admin()
                .request()
                .queryParam("colour", "green")
                .request(method, path)
                .then()
                .spec(problem(400))
                .body("errors.parameter", contains("colour"));
    }

    @Test
    void unknownParameterPreventsAWrite() {
        Account ada = Account.register();

        ada.request(POST)
                .post("/posts?draft=true")
                .then()
                .spec(problem(400))
                .body("errors.parameter", contains("draft"));

        given().get("/users/{id}/posts", ada.id()).then().statusCode(200).body("size()", equalTo(0));
    }

    @Test
    void repeatedParameterIsRefused() {
        given().get("/posts?limit=1&limit=2").then().spec(problem(400)).body("errors.parameter", contains("limit"));
        given().get("/posts?limit=1&limit=1").then().spec(problem(400)).body("errors.parameter", contains("limit"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "category=1&category=3                    | category=1,3",
                "categoryAll=1&categoryAll=3              | categoryAll=1,3",
                "categoryNone=1,2&categoryNone=3          | categoryNone=1,2,3",
                "author=1&author=1                        | author=1",
                "include=author&include=categories        | include=author,categories",
                "fields=id&fields=author.name             | fields=id,author.name",
                "include=author&fields=id,author&fields=title | include=author&fields=id,author,title"
            })
    void listParametersMayBeRepeated(String several, String one) {
        var expected = given().get("/posts?" + one).then().statusCode(200).extract();
        var answer = given().get("/posts?" + several).then().statusCode(200).extract();

        assertEquals(expected.asString(), answer.asString());
        assertEquals(expected.header("ETag"), answer.header("ETag"));
        String link = answer.header("Link").replace("%2C", ",");
        assertTrue(link.startsWith("</posts?" + several + ">; rel=\"first\""), link);
    }

    @Test
    void onlyDocumentedListParametersMayBeRepeated() throws IOException {
        Account ada = Account.create();
        long address =
                ada.request().get("/users/{id}/address", ada.id()).jsonPath().getLong("id");
        int post = ada.post("One by one", ada.categories("One by one", 1));
        int comment = ada.comment(post);
        int category = ada.category("One by one 01");
        JsonNode document = new ObjectMapper().readTree(Files.readString(OpenApiContractFilter.DOCUMENT));
        int lists = 0;
        for (var path : document.path("paths").properties()) {
            String place = path.getKey()
                    .replaceFirst("/users/\\{id}", "/users/" + ada.id())
                    .replaceFirst("/posts/\\{id}", "/posts/" + post)
                    .replaceFirst("/comments/\\{id}", "/comments/" + comment)
                    .replaceFirst("/addresses/\\{id}", "/addresses/" + address)
                    .replaceFirst("/categories/\\{id}", "/categories/" + category)
                    .replaceFirst("\\{name}", "One by one 01");
            for (JsonNode parameter : path.getValue().at("/get/parameters")) {
                JsonNode whole = resolved(document, parameter);
                String name = whole.path("name").asText();
                JsonNode items = resolved(document, whole.at("/schema/items"));
                if (!whole.path("in").asText().equals("query")) {
                    continue;
                }
                if (whole.at("/schema/type").asText().equals("array")
                        && whole.at("/schema/maxItems").asInt(1) > 0) {
                    lists++;
                    String value = items.at("/enum/0").asText("1");
                    Account.admin()
                            .request()
                            .queryParam(name, value, value)
                            .get(place)
                            .then()
                            .statusCode(200);
                } else {
                    Account.admin()
                            .request()
                            .queryParam(name, "1", "1")
                            .get(place)
                            .then()
                            .spec(problem(400))
                            .body("errors.parameter", contains(name));
                }
            }
        }
        assertTrue(lists > 20, "only " + lists);
    }

    private static JsonNode resolved(JsonNode document, JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
    }

    @Test
    void listLimitHoldsForEitherSpelling() {
        String eleven = "1,2,3,4,5,6,7,8,9,10,11";
        for (String name : List.of("author", "category", "categoryAll", "categoryNone")) {
            given().queryParam(name, eleven, "12,13,14,15,16,17,18,19,20")
                    .get("/posts")
                    .then()
                    .statusCode(200);
            for (String rest : List.of(eleven, "", "x", "0")) {
                given().queryParam(name, eleven, rest)
                        .get("/posts")
                        .then()
                        .spec(problem(400))
                        .body("errors.parameter", contains(name));
            }
        }
        for (String name : List.of("include", "fields")) {
            given().queryParam(name, "author", "")
                    .get("/posts")
                    .then()
                    .spec(problem(400))
                    .body("errors.parameter", contains(name));
        }
    }

    @Test
    void cursorIsValidForEitherSpellingOfAList() {
        Account ada = Account.register();
        Account bob = Account.register();
        int first = ada.post("First");
        bob.post("Second");
        String several = "author=" + ada.id() + "&author=" + bob.id();
        String one = "author=" + ada.id() + "," + bob.id();
        for (String begun : List.of(several, one)) {
            String link = given().get("/posts?limit=1&" + begun).header("Link").replace("%2C", ",");
            String next = link.replaceFirst(".*<([^>]*)>; rel=\"next\".*", "$1");
            assertTrue(next.contains(begun), link);
            given().urlEncodingEnabled(false).get(next).then().statusCode(200).body("id", contains(first));
            String cursor = next.replaceFirst(".*cursor=", "");
            for (String continued : List.of(several, one)) {
                given().get("/posts?" + continued + "&cursor=" + cursor)
                        .then()
                        .statusCode(200)
                        .body("id", contains(first));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "count=exact                   | true",
                "handling=strict, count=exact  | true",
                "Count = \"exact\" ; a=b     | true",
                "count=exact, count=none       | true",
                "count=none, count=exact       | false",
                "a=\"b, count=exact\"        | false",
                "counts=exact                  | false"
            })
    void preferHeaderIsAList(String preferences, boolean counted) {
        var answer = given().header("Prefer", preferences).get("/posts").then().statusCode(200);
        assertEquals(counted, answer.extract().headers().hasHeaderWithName("X-Total-Count"));
        var fields = given().header("Prefer", "handling=strict", (Object[]) preferences.split(", (?=c)"))
                .get("/posts")
                .then()
                .statusCode(200);
        assertEquals(counted, fields.extract().headers().hasHeaderWithName("X-Total-Count"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0", "-1", "101", "1.5", "ten", "01", "+1", "1e1", " 1", "9223372036854775808", "4294967297"
            })
    void aLimitIsFromOneToAHundred(String limit) {
        String detail = limit.isEmpty() ? "must not be empty" : "must be from 1 to 100";
        for (String list : new String[] {"/posts", "/categories", "/users/1/posts", "/categories/1/posts"}) {
            given().queryParam("limit", limit)
                    .get(list)
                    .then()
                    .spec(problem(400))
                    .body("errors.parameter", contains("limit"))
                    .body("errors.detail", contains(detail));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "AAAA", "%00", "PjE6MQ", "\u00e9", "MTIzNDU2Nzg-MTpM"})
    void forgedCursorIsRefused(String cursor) {
        given().queryParam("cursor", cursor)
                .get("/posts")
                .then()
                .spec(problem(400))
                .body("errors.parameter", contains("cursor"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yes", "1", "TRUE", "True", " true"})
    void flagOtherThanTrueOrFalseIsRefused(String flag) {
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
