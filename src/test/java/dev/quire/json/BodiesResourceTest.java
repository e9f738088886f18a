package dev.quire.json;

import static dev.quire.environment.Refusal.problem;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.startsWith;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class BodiesResourceTest {
    private static Account ada;

    private static Account ada() {
        if (ada == null) {
            ada = Account.register();
        }
        return ada;
    }

    @ParameterizedTest
    @MethodSource("notJson")
    void unparsableJsonIsMalformed(String body) {
        int post = ada().post("Kept");

        ada().request(body).post("/posts").then().spec(problem(400)).body("errors.pointer", contains(""));
        ada().request(body).put("/posts/{post}", post).then().spec(problem(400));
        ada().request(body).patch("/posts/{post}", post).then().spec(problem(400));
        ada().request(body).put("/posts/{post}/categories", post).then().spec(problem(400));
    }

    static Stream<String> notJson() {
        String title = "{\"title\": \"T\", \"content\": \"C\"";
        return Stream.of(
                "{",
                " ",
                "nul",
                "NaN",
                "{title: 1}",
                "{'title': 'T'}",
                title + ",}",
                title + ", \"categories\": [,]}",
                title + "} x",
                title + "}{}",
                title + "}]",
                title + "} null",
                title + ", /* comment */ \"categories\": []}",
                title + ", \"categories\": [{\"id\": 01}]}",
                title + ", \"categories\": [{\"id\": +1}]}",
                title + ", \"title\": \"T\"}",
                title + ", \"categories\": [{\"name\": \"A\", \"name\": \"B\"}]}",
                title + ", \"unknown\": {\"a\": 1, \"a\": 2}}",
                "{\"title\": \"a\nb\", \"content\": \"C\"}",
                "{\"title\": \"\\x\", \"content\": \"C\"}",
                "{\"title\": \"\\u12\", \"content\": \"C\"}");
    }

    @Test
    void missingBodyIsMalformed() {
        int post = ada().post("Kept");

        ada().request().contentType("application/json").post("/posts").then().spec(problem(400));
        ada().request()
                .contentType("application/json")
                .put("/posts/{post}", post)
                .then()
                .spec(problem(400));
        ada().request()
                .contentType("application/json")
                .patch("/posts/{post}", post)
                .then()
                .spec(problem(400));
        ada().request()
                .contentType("application/json")
                .put("/posts/{post}/categories", post)
                .then()
                .spec(problem(400));
        ada().request("").post("/posts").then().spec(problem(400));
        ada().request("").post("/authentication/register").then().spec(problem(400));
        ada().request("").post("/authentication/log-in").then().spec(problem(400));
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 1_001, 100_000})
    void tooDeepNestingIsRefusedWithItsPointer(int depth) {
        String nested = "[".repeat(depth) + "]".repeat(depth);

        for (String body : List.of(nested, "{\"title\": " + nested + "}", "{\"unknown\": " + nested + "}")) {
            // As bytes, which REST Assured does not pretty-print.
            ada().request()
                    .contentType("application/json")
                    .body(body.getBytes(UTF_8))
                    .post("/posts")
                    .then()
                    .spec(problem(422))
                    .body(
                            "errors.pointer[0]",
                            startsWith(
                                    body.startsWith("[")
                                            ? ""
                                            : body.substring(1, 3).replace("\"", "/")));
        }
    }

    @Test
    void utf16IsMalformed() {
        byte[] body = "{\"title\": \"T\", \"content\": \"C\"}".getBytes(UTF_16);

        ada().request()
                .contentType("application/json")
                .body(body)
                .post("/posts")
                .then()
                .spec(problem(400));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u00ff",
                "\u00c1\u0081",
                "\u00ed\u00a0\u0080",
                "\u00c0\u0080",
                "\u00c3",
                "\u00e2\u0082",
                "\u00f4\u0090\u0080\u0080",
                "\u0080"
            })
    void invalidUtf8IsMalformed(String bytes) {
        byte[] body = ("{\"title\": \"" + bytes + "\", \"content\": \"C\"}").getBytes(ISO_8859_1);

        ada().request()
                .contentType("application/json")
                .body(body)
                .post("/posts")
                .then()
                .spec(problem(400));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "[{}]", "\"text\"", "\"\"", "\" \"", "7", "true", "1.5"})
    void bodyOtherThanAnObjectIsRefused(String body) {
        int post = ada().post("Kept");

        ada().request(body).post("/posts").then().spec(problem(422)).body("errors.pointer", contains(""));
        ada().request(body).put("/posts/{post}", post).then().spec(problem(422)).body("errors.pointer", contains(""));
        ada().request(body)
                .patch("/posts/{post}", post)
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains(""));
        ada().request(body)
                .put("/users/{id}", ada().id())
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "\"text\"", "\"\"", "7"})
    void bodyOtherThanAnArrayIsRefused(String body) {
        int post = ada().post("Kept");

        ada().request(body)
                .put("/posts/{post}/categories", post)
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "1.5", "1e999", "-1e999", "1e-999", "true", "[]", "[\"T\"]", "{}", "{\"a\": 1}"})
    void valueOtherThanAStringIsRefused(String value) {
        int post = ada().post("Kept");
        String patch = "{\"title\": " + value + "}";
        ada().request(patch)
                .patch("/posts/{post}", post)
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains("/title"))
                .body("errors[0].detail", equalTo("must be a string"));
        ada().request("[{\"method\": \"PATCH\", \"path\": \"/posts/%d\", \"body\": %s}]".formatted(post, patch))
                .post("/batch")
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains("/0/body/title"))
                .body("errors[0].detail", equalTo("must be a string"));
        ada().request().get("/posts/{post}", post).then().body("title", equalTo("Kept"));
        ada().request("{\"title\": " + value + ", \"content\": \"C\"}")
                .post("/posts")
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains("/title"))
                .body("errors[0].detail", equalTo("must be a string"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"7\"", "7.0", "7e0", "true", "[7]", "{}", "9223372036854775808", "\"\""})
    void idOtherThanAWholeNumberIsRefused(String value) {
        ada().request("{\"title\": \"T\", \"content\": \"C\", \"categories\": [{\"id\": " + value + "}]}")
                .post("/posts")
                .then()
                .spec(problem(422))
                .body("errors.pointer", hasItem("/categories/0/id"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "0", "9223372036854775807", "-9223372036854775808"})
    void nonexistentIdIsRefused(String value) {
        ada().request("{\"title\": \"T\", \"content\": \"C\", \"categories\": [{\"id\": " + value + "}]}")
                .post("/posts")
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains("/categories/0/id"));
    }

    @Test
    void allViolationsAreReportedWithTheirPointers() {
        ada().request("""
                        {
                          "title": 7,
                          "content": " ",
                          "author": {"id": 1},
                          "categories": [{"name": "Fine"}, {"name": " "}, {}, null, {"id": 1, "name": "Both"},
                                         {"name": "Deep", "posts": [{"id": 1}]}, 7]
                        }
                        """)
                .post("/posts")
                .then()
                .spec(problem(422))
                .body("type", equalTo("urn:quire:problem:invalid"))
                .body(
                        "errors.pointer",
                        containsInAnyOrder(
                                "/title",
                                "/content",
                                "/author",
                                "/categories/1/name",
                                "/categories/2/name",
                                "/categories/3",
                                "/categories/4/name",
                                "/categories/5/posts",
                                "/categories/6"));
    }

    @Test
    void allMissingMembersAreReportedTogether() {
        ada().request("{\"address\": {}}")
                .post("/authentication/register")
                .then()
                .spec(problem(422))
                .body(
                        "errors.pointer",
                        containsInAnyOrder(
                                "/email",
                                "/name",
                                "/password",
                                "/address/street",
                                "/address/city",
                                "/address/country"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    POST  | /posts                   | {"title": "T", "content": "C", "id": 1, "author": 1, "createdAt": 1} | /id /author /createdAt
                    POST  | /posts                   | {"title": "T", "content": "C", "Title": "T", "": 1}                   | /Title /
                    POST  | /posts                   | {"title": "T", "content": "C", "a/b~c": {"d": {}}}                    | /a~1b~0c
                    POST  | /posts                   | {"title": "T", "content": "C", "categories": [{"name": "N", "x": 1}]} | /categories/0/x
                    POST  | /categories              | {"name": "Unknown", "id": 1, "posts": []}                              | /id /posts
                    POST  | /authentication/register | {"roles": ["admin"], "createdBy": null, "admin": true}                | /roles /createdBy /admin /email /name /password
                    POST  | /authentication/register | {"address": {"street": "S", "city": "C", "country": "C", "zip": 1}}    | /address/zip /email /name /password
                    POST  | /authentication/log-in   | {"email": "e", "password": "p", "remember": true}                     | /remember
                    PATCH | /posts/{post}            | {"id": 1, "author": {"id": 1}}                                        | /id /author
                    PATCH | /posts/{post}            | {"nonsense": null, "author": null, "": null}                          | /nonsense /author /
                    PATCH | /posts/{post}            | {"categories": {"connect": [{"id": 1, "x": null}], "sets": null}}      | /categories/connect/0/x /categories/sets
                    PATCH | /users/{user}            | {"createdBy": null, "password": null}                                 | /createdBy /password
                    PATCH | /users/{user}            | {"address": {"street": "S", "city": "C", "country": "C", "id": null}} | /address/id
                    PATCH | /users/{user}            | {"address": {"street": "S", "city": "C", "country": "C", "a": {"b": null}}} | /address/a
                    PATCH | /posts/{post}            | {"categories": {"connect": [{"id": 1, "x": 1}], "sets": []}}           | /categories/connect/0/x /categories/sets
                    PUT   | /posts/{post}            | {"title": "T", "content": "C", "version": 2}                          | /version
                    PUT   | /posts/{post}/categories | [{"name": "N"}, {"name": "N", "posts": []}]                           | /1/posts
                    PATCH | /users/{user}            | {"roles": ["admin"], "address": {"id": 1}}                            | /roles /address/id /address/street /address/city /address/country
                    PUT   | /users/{user}/address    | {"street": "S", "city": "C", "country": "C", "user": 1}               | /user
                    """)
    void unknownMemberIsRefused(String method, String path, String body, String pointers) {
        int post = ada().post("Kept");
        String target = path.replace("{post}", "" + post).replace("{user}", "" + ada().id());

        ada().request(body)
                .request(method, target)
                .then()
                .spec(problem(422))
                .body(
                        "errors.pointer",
                        containsInAnyOrder(Arrays.stream(pointers.split(" ")).toArray()));
        if (!target.startsWith("/authentication")) {
            ada().request("[{\"method\": \"%s\", \"path\": \"%s\", \"body\": %s}]".formatted(method, target, body))
                    .post("/batch")
                    .then()
                    .statusCode(422)
                    .body(
                            "errors.pointer",
                            containsInAnyOrder(Arrays.stream(pointers.split(" "))
                                    .map(pointer -> "/0/body" + pointer)
                                    .toArray()));
        }
    }

    @Test
    void refusedBodyChangesNothing() {
        int post = ada().post("As it was");

        ada().request("{\"title\": \"Changed\", \"unknown\": 1}")
                .patch("/posts/{post}", post)
                .then()
                .spec(problem(422));

        ada().request().get("/posts/{post}", post).then().statusCode(200).body("title", equalTo("As it was"));
    }
}
