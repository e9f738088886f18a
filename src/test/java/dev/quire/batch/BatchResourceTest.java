package dev.quire.batch;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static java.util.stream.Collectors.joining;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.http.Batchable;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.io.File;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several writes in one transaction: each behaves as a single request, and all of them succeed or none. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class BatchResourceTest {
    private static final List<String> TABLES =
            List.of("users", "addresses", "posts", "categories", "post_categories", "idempotency_keys");

    private static final String ADDRESS =
            "{\"street\": \"1 Main Street\", \"city\": \"Turin\", \"country\": \"Italy\"}";

    private static Account ada;
    private static Account grace;
    private static Account admin;

    @BeforeEach
    void authors() {
        if (ada == null) {
            ada = Account.register();
            grace = Account.create();
            admin = Account.admin();
        }
    }

    @Test
    void operationsReferToEarlierResults() {
        String name = unique("Batch");
        Response answer = batch(
                ada,
                operation("POST", "/categories", "{\"name\": \"%s\"}".formatted(name), "c1"),
                operation(
                        "POST",
                        "/posts",
                        "{\"title\": \"$c1\", \"content\": \"a\", \"categories\": [{\"id\": \"$c1\"}]}",
                        "p1"),
                operation("PUT", "/categories/named/" + name + "%20too", null, "c2"),
                operation("PUT", "/posts/$p1/categories/$c2", null, null),
                operation(
                        "PATCH",
                        "/posts/$p1",
                        "{\"content\": \"b\", \"categories\": {\"disconnect\": [{\"id\": \"$c1\"}]}}",
                        null),
                operation("DELETE", "/posts/$p1/categories/$c1?dryRun=true", null, null));

        answer.then()
                .statusCode(200)
                .body("status", contains(201, 201, 201, 204, 200, 200))
                .body("id", contains("c1", "p1", "c2", null, null, null))
                .body("[0].headers.Location", endsWith("/categories/" + answer.path("[0].body.id")))
                .body("[1].headers.Location", endsWith("/posts/" + answer.path("[1].body.id")))
                .body("[1].body.categories.name", contains(name))
                // A placeholder inside a text is left alone.
                .body("[1].body.title", equalTo("$c1"))
                .body("[3].body", nullValue())
                .body("[4].body.content", equalTo("b"))
                .body("[4].body.categories.name", contains(name + " too"))
                .body("[5].body.unlinked", hasSize(0));
        int post = answer.path("[1].body.id");
        given().get("/posts/" + post)
                .then()
                .statusCode(200)
                .header("ETag", equalTo(answer.path("[4].headers.ETag")))
                .body("author.id", equalTo((int) ada.id()))
                .body("categories.id", contains((int) answer.path("[2].body.id")));
    }

    @Test
    void operationSeesTheChangesOfEarlierOnes() {
        int post = ada.post("Seen", ada.categories(unique("Seen"), 2));
        List<Integer> more = ada.categories(unique("More"), 2);

        batch(
                        ada,
                        operation("PUT", "/posts/%d/categories/%d".formatted(post, more.get(0)), null, null),
                        operation("PUT", "/posts/%d/categories/%d".formatted(post, more.get(1)), null, null),
                        operation("PUT", "/posts/%d/categories/%d".formatted(post, more.get(1)), null, null),
                        operation("PATCH", "/posts/" + post, "{\"title\": \"Twice\"}", null),
                        operation("PATCH", "/posts/" + post, "{\"content\": \"Twice\"}", null))
                .then()
                .statusCode(200)
                .body("[4].body.title", equalTo("Twice"))
                .body("[4].body.content", equalTo("Twice"))
                .body("[4].body.categories", hasSize(4));
    }

    @Test
    void batchWritesUsersAndAddresses() {
        String email = unique("batch") + "@quire.test";
        Response answer = batch(
                admin,
                operation(
                        "POST",
                        "/users",
                        "{\"email\": \"%s\", \"name\": \"Made\", \"password\": \"an unusual one\"}".formatted(email),
                        "u"),
                operation("POST", "/addresses", ADDRESS.replace("}", ", \"user\": {\"id\": \"$u\"}}"), "a"),
                operation("PUT", "/users/$u/address", ADDRESS.replace("Turin", "Rome"), null),
                operation("PUT", "/users/$u", "{\"name\": \"Renamed\", \"email\": \"%s\"}".formatted(email), null));

        answer.then()
                .statusCode(200)
                .body("status", contains(201, 201, 200, 200))
                .body("[2].body.id", equalTo(answer.path("[1].body.id")))
                .body("[3].body.name", equalTo("Renamed"))
                .body("[3].body.address.city", equalTo("Rome"))
                .body("[3].body.createdBy.id", equalTo((int) admin.id()));

        Account newOwner = Account.register();
        int user = answer.path("[0].body.id");
        batch(
                        admin,
                        operation("PATCH", "/users/" + user, "{\"name\": \"Heir\"}", "heir"),
                        operation("DELETE", "/users/" + newOwner.id() + "?onDelete=reassign:$heir", null, null))
                .then()
                .statusCode(200);
        newOwner.request().get("/authentication").then().spec(problem(401));
    }

    /** Eight writes, any of which can be replaced by an invalid one. */
    private static List<String> writes() {
        String name = unique("All");
        int post = grace.post("Before", grace.categories(name, 1));
        int category = grace.category(name + " other");
        return List.of(
                operation("POST", "/categories", "{\"name\": \"%s new\"}".formatted(name), "c"),
                operation("POST", "/posts", "{\"title\": \"a\", \"content\": \"b\"}", "p"),
                operation("PUT", "/posts/%d/categories/$c".formatted(post), null, null),
                operation("PATCH", "/posts/" + post, "{\"title\": \"After\"}", null),
                operation("PUT", "/users/" + grace.id() + "/address", ADDRESS, null),
                operation("PATCH", "/categories/" + category, "{\"name\": \"%s renamed\"}".formatted(name), null),
                operation("DELETE", "/posts/$p", null, null),
                operation("DELETE", "/categories/" + category, null, null));
    }

    static Stream<Arguments> failures() {
        // Invalid operations, with the status of each alone
        Map<String, Integer> refused = Map.of(
                operation("PATCH", "/posts/" + Long.MAX_VALUE, "{\"title\": \"a\"}", null), 404,
                operation("POST", "/posts", "{\"title\": \"\", \"content\": \"a\"}", null), 422,
                operation("POST", "/categories", "{\"name\": \"Taken by the failures of batches\"}", null), 409,
                operation("DELETE", "/posts/%1$s?dryRun=perhaps", null, null), 400);
        return refused.entrySet().stream()
                .flatMap(one ->
                        IntStream.range(0, 9).mapToObj(place -> Arguments.of(place, one.getKey(), one.getValue())));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failureOfAnyOperationRollsBackAll(int place, String spoilt, int status) {
        admin.category("Taken by the failures of batches");
        var operations = new ArrayList<>(writes());
        operations.add(place, spoilt.replace("%1$s", "1"));
        List<Object> before = stored();

        admin.request(array(operations))
                .header("Idempotency-Key", UUID.randomUUID())
                .post("/batch")
                .then()
                .spec(problem(status))
                .body("operation", equalTo(place));

        assertEquals(before, stored());
        operations.remove(place);
        batch(admin, operations.toArray(String[]::new)).then().statusCode(200);
        assertNotEquals(before, stored());
    }

    @Test
    void eachOperationIsAuthorizedSeparately() {
        int post = grace.post("Of Grace");
        int category = grace.category(unique("Authorized"));
        String fine = operation("POST", "/posts", "{\"title\": \"a\", \"content\": \"b\"}", null);
        List<Object> before = stored();

        for (String foreign : List.of(
                operation("PATCH", "/posts/" + post, "{\"title\": \"Of Ada\"}", null),
                operation("DELETE", "/posts/" + post, null, null),
                operation("PUT", "/posts/%d/categories/%d".formatted(post, category), null, null),
                operation("PUT", "/categories/" + category, "{\"name\": \"Of Ada\"}", null),
                operation("DELETE", "/categories/" + category, null, null),
                operation("PUT", "/users/" + grace.id() + "/address", ADDRESS, null),
                operation("DELETE", "/users/" + grace.id(), null, null),
                operation(
                        "POST",
                        "/users",
                        "{\"email\": \"by-ada@quire.test\", \"name\": \"a\", \"password\": \"an unusual one\"}",
                        null),
                operation(
                        "POST",
                        "/addresses",
                        ADDRESS.replace("}", ", \"user\": {\"id\": %d}}".formatted(ada.id())),
                        null))) {
            batch(ada, fine, foreign).then().spec(problem(403)).body("operation", equalTo(1));
        }

        given().contentType(ContentType.JSON)
                .body(array(List.of(fine)))
                .post("/batch")
                .then()
                .spec(problem(401))
                .body("operation", nullValue());
        assertEquals(before, stored());
    }

    @Test
    void preconditionsAreCheckedPerOperation() {
        int post = ada.post("Conditional");
        String tag = given().get("/posts/" + post).header("ETag");
        String change = """
                {"method": "PATCH", "path": "/posts/%d", "body": {"title": "%s"}, "headers": {"If-Match": "%s"}}""";
        String first = change.formatted(post, "First", tag.replace("\"", "\\\""));
        String second = change.formatted(post, "Second", tag.replace("\"", "\\\""));

        batch(ada, first, second)
                .then()
                .spec(problem(412))
                .body("operation", equalTo(1))
                .body("errors.pointer", contains("/1/headers/If-Match"));
        given().get("/posts/" + post).then().header("ETag", equalTo(tag));
        batch(ada, first, operation("PATCH", "/posts/" + post, "{\"title\": \"Third\"}", null))
                .then()
                .statusCode(200)
                .body("[1].body.title", equalTo("Third"));
        String putAddress =
                "{\"method\": \"PUT\", \"path\": \"/users/%d/address\", \"body\": %s, \"headers\": {\"If-None-Match\": \"*\"}}"
                        .formatted(grace.id(), ADDRESS);
        batch(grace, putAddress).then().spec(problem(412)).body("errors.pointer", contains("/0/headers/If-None-Match"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "422 | /1/method          | {'method': 'GET', 'path': '/posts'}",
                "422 | /1/path            | {'method': 'PUT'}",
                "422 | /1/path            | {'method': 'PUT', 'path': '/nowhere'}",
                "422 | /1/path            | {'method': 'POST', 'path': 'posts', 'body': {}}",
                "422 | /1/path            | {'method': 'POST', 'path': 'http://localhost/posts', 'body': {}}",
                "400 | /1/path            | {'method': 'POST', 'path': '//posts', 'body': {}}",
                "400 | /1/path            | {'method': 'DELETE', 'path': '/posts/0'}",
                "400 | /1/path            | {'method': 'DELETE', 'path': '/posts/first'}",
                "400 | /1/path            | {'method': 'DELETE', 'path': '/posts/1;dryRun=true'}",
                "400 | /1/path            | {'method': 'DELETE', 'path': '/posts/9223372036854775808'}",
                "400 | /1/path            | {'method': 'DELETE', 'path': '/posts/9999999999999999999'}",
                "400 | /1/path            | {'method': 'PUT', 'path': '/categories/named', 'body': {'name': 'a'}}",
                "400 | /1/path            | {'method': 'PUT', 'path': '/categories/named/.'}",
                "400 | /1/path            | {'method': 'PUT', 'path': '/categories/named/%2E%2e'}",
                "400 | /1/path            | {'method': 'PUT', 'path': '/categories/named/%FF%FE'}",
                "400 | /1/path            | {'method': 'PUT', 'path': '/categories/named/%C0%80'}",
                "400 | /1/path            | {'method': 'PUT', 'path': '/categories/named/é'}",
                "400 | /1/path            | {'method': 'PUT', 'path': '/categories//named/x'}",
                "400 | /1/path            | {'method': 'DELETE', 'path': '/posts/1?dryRun=%FF'}",
                "422 | /1/path            | {'method': 'POST', 'path': '/batch', 'body': []}",
                "422 | /1/path            | {'method': 'POST', 'path': '/authentication/log-in', 'body': {}}",
                "422 | /1/path            | {'method': 'PUT', 'path': '/users/%1$s/roles', 'body': ['user']}",
                "422 | /1/path            | {'method': 'PUT', 'path': '/users/%1$s/password', 'body': {}}",
                "422 | /1/path            | {'method': 'POST', 'path': '/users/%1$s/recovery'}",
                "422 | /1/path            | {'method': 'DELETE', 'path': '/authentication/totp', 'body': {}}",
                "422 | /1/path            | {'method': 'PUT', 'path': '/posts/1/categories/1/more'}",
                "422 | /1/path            | {'method': 'DELETE', 'path': '/posts/$nothing'}",
                "400 | /1/path            | {'method': 'PUT', 'path': '/posts/1/categories/first'}",
                "400 | /1/path            | {'method': 'DELETE', 'path': '/posts/%zz'}",
                "400 | /1/path            | {'method': 'DELETE', 'path': '/posts/1?dry=true'}",
                "400 | /1/path            | {'method': 'DELETE', 'path': '/posts/1?dryRun='}",
                "400 | /1/path            | {'method': 'DELETE', 'path': '/posts/1?dryRun=true&dryRun=false'}",
                "400 | /1/path            | {'method': 'PUT', 'path': '/categories/named/%20'}",
                "422 | /1/body            | {'method': 'POST', 'path': '/posts'}",
                "422 | /1/body            | {'method': 'POST', 'path': '/posts', 'body': null}",
                "422 | /1/body            | {'method': 'PATCH', 'path': '/posts/1', 'body': []}",
                "422 | /1/body            | {'method': 'DELETE', 'path': '/posts/1', 'body': {}}",
                "422 | /1/body/title      | {'method': 'POST', 'path': '/posts', 'body': {'content': 'a'}}",
                "422 | /1/body/author     | {'method': 'POST', 'path': '/posts', 'body': {'title': 'a', 'content': 'a', 'author': 1}}",
                "422 | /1/body/categories/0/id | {'method': 'POST', 'path': '/posts', 'body': {'title': 'a', 'content': 'a', 'categories': [{'id': '$p'}]}}",
                "422 | /1/headers/Accept  | {'method': 'DELETE', 'path': '/posts/1', 'headers': {'Accept': 'a'}}",
                "400 | /1/headers/If-Match | {'method': 'PATCH', 'path': '/users/%1$s', 'body': {}, 'headers': {'If-Match': 'a'}}",
                "400 | /1/headers/if-MATCH | {'method': 'PATCH', 'path': '/users/%1$s', 'body': {}, 'headers': {'if-MATCH': 'a'}}",
                "412 | /1/headers/if-match | {'method': 'PATCH', 'path': '/users/%1$s', 'body': {}, 'headers': {'if-match': '\\\"a\\\"'}}",
                "412 | /1/headers/IF-NONE-MATCH | {'method': 'PATCH', 'path': '/users/%1$s', 'body': {}, 'headers': {'IF-NONE-MATCH': '*'}}",
                "422 | /1/headers/if-match | {'method': 'DELETE', 'path': '/posts/1', 'headers': {'If-Match': '*', 'if-match': '*'}}",
                "422 | /1/headers/If-Match | {'method': 'DELETE', 'path': '/posts/1', 'headers': {'If-Match': null}}",
                "422 | /1/headers/If-Match | {'method': 'DELETE', 'path': '/posts/1', 'headers': {'If-Match': 7}}",
                "422 | /1/headers/a~1b~0c | {'method': 'DELETE', 'path': '/posts/1', 'headers': {'a/b~c': 'd'}}",
                "422 | /1/headers         | {'method': 'DELETE', 'path': '/posts/1', 'headers': []}",
                "422 | /1/headers         | {'method': 'DELETE', 'path': '/posts/1', 'headers': ''}",
                "422 | /1/body/a~1b/id    | {'method': 'POST', 'path': '/posts', 'body': {'title': 'a', 'content': 'a', 'a/b': {'id': '$p'}}}",
                "422 | /1/id              | {'method': 'DELETE', 'path': '/posts/1', 'id': 'a b'}",
                "422 | /1/id              | {'method': 'DELETE', 'path': '/posts/1', 'id': 'first'}",
                "422 | /1/more            | {'method': 'DELETE', 'path': '/posts/1', 'more': 1}",
                "422 | /1                 | null"
            })
    void malformedOperationIsRefusedWithItsPointer(int status, String pointer, String operation) {
        String first = operation("POST", "/posts", "{\"title\": \"a\", \"content\": \"b\"}", "first");
        List<Object> before = stored();

        batch(ada, first, operation.replace('\'', '"').replace("%1$s", Long.toString(ada.id())))
                .then()
                .spec(problem(status))
                .body("errors.pointer", hasItem(pointer));
        assertEquals(before, stored());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "?", "/?", "?&", "?dryRun=false&"})
    void pathSpellingsAreThoseOfSingleRequests(String end) {
        batch(ada, operation("DELETE", "/posts/" + ada.post("Spelt") + end, null, null))
                .then()
                .statusCode(200)
                .body("status", contains(204));
    }

    @Test
    void aSemicolonIsPartOfItsSegment() {
        String name = unique("a;b");

        batch(ada, operation("PUT", "/categories/named/" + name, null, null))
                .then()
                .statusCode(200)
                .body("[0].body.name", equalTo(name));
    }

    @Test
    void conflictIsReportedAtTheMemberOfItsOperation() {
        String user = "{\"email\": \"%s\", \"name\": \"a\", \"password\": \"an unusual one\"}".formatted(grace.email());
        int full = ada.post("Full", ada.categories(unique("Full"), 20));
        int category = ada.category(unique("One more"));
        String name = unique("Taken");
        ada.category(name);

        batch(admin, operation("POST", "/users", user, null))
                .then()
                .spec(problem(409))
                .body("errors.pointer", contains("/0/body/email"));
        batch(admin, operation("POST", "/addresses", ADDRESS.replace("}", ", \"user\": " + user + "}"), null))
                .then()
                .spec(problem(409))
                .body("errors.pointer", contains("/0/body/user/email"));
        batch(ada, operation("PATCH", "/users/" + ada.id(), "{\"email\": \"%s\"}".formatted(grace.email()), null))
                .then()
                .spec(problem(409))
                .body("errors.pointer", contains("/0/body/email"));
        batch(admin, operation("PATCH", "/categories/" + category, "{\"name\": \"%s\"}".formatted(name), null))
                .then()
                .spec(problem(409))
                .body("errors.pointer", contains("/0/body/name"));
        batch(ada, operation("PUT", "/posts/%d/categories/%d".formatted(full, category), null, null))
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains("/0/path"));
        ada.request()
                .put("/posts/{post}/categories/{category}", full, category)
                .then()
                .spec(problem(422))
                .body("errors.parameter", contains("categoryId"));
    }

    @Test
    void bodyIsPassedOnUnchanged() {
        String text = "\\u00e9\u00e9\ud83d\ude00 {}[],\\\" ".repeat(2_000);
        String post = "{ \"title\" : \"\ud83d\ude00\" ,\n\"content\":\"" + text + "x\" }";

        batch(ada, operation("POST", "/posts", post, "p"), operation("PATCH", "/posts/$p", post, null))
                .then()
                .statusCode(200)
                .body("body.title", contains("\ud83d\ude00", "\ud83d\ude00"))
                .body("[1].body.content", equalTo("\u00e9\u00e9\ud83d\ude00 {}[],\" ".repeat(2_000) + "x"));
    }

    @Test
    void totalSizeOfAnswersIsLimited() {
        int post = ada.request("{\"title\": \"a\", \"content\": \"%s\"}".formatted("long".repeat(25_000)))
                .post("/posts")
                .path("id");
        String change = operation("PATCH", "/posts/" + post, "{\"title\": \"b\"}", null);

        batch(ada, Stream.generate(() -> change).limit(30).toArray(String[]::new))
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains("/20/path"));
        batch(ada, Stream.generate(() -> change).limit(15).toArray(String[]::new))
                .then()
                .statusCode(200);
    }

    @Test
    void batchHasOneToAHundredOperations() {
        String one = operation("POST", "/posts", "{\"title\": \"a\", \"content\": \"b\"}", null);
        batch(ada).then().spec(problem(422)).body("errors.pointer", contains(""));
        batch(ada, Stream.generate(() -> one).limit(101).toArray(String[]::new))
                .then()
                .spec(problem(422));
        batch(ada, Stream.generate(() -> one).limit(100).toArray(String[]::new))
                .then()
                .statusCode(200)
                .body("status", hasSize(100));
        ada.request("{}").post("/batch").then().spec(problem(422));
    }

    @Test
    void repeatedBatchIsReplayed() {
        String key = UUID.randomUUID().toString();
        String body = array(List.of(
                operation("POST", "/categories", "{\"name\": \"%s\"}".formatted(unique("Again")), "c"),
                operation(
                        "POST",
                        "/posts",
                        "{\"title\": \"a\", \"content\": \"b\", \"categories\": [{\"id\": \"$c\"}]}",
                        null)));

        String first = again(key, body).statusCode(200).extract().asString();
        List<Object> before = stored();
        again(key, body).statusCode(200).header("Idempotency-Replayed", "true").body(equalTo(first));
        assertEquals(before, stored());
        again(key, body.replace("\"a\"", "\"b\""))
                .spec(problem(422))
                .body("type", equalTo("urn:quire:problem:key-reused"));
    }

    private static ValidatableResponse again(String key, String body) {
        return ada.request(body).header("Idempotency-Key", key).post("/batch").then();
    }

    /** A write in a batch for each annotated operation. A new operation needs an entry here. */
    @Test
    void everyAllowedOperationWorksInABatch() throws Exception {
        String name = unique("Each");
        String post = "{\"title\": \"a\", \"content\": \"b\"}";
        String user = "{\"name\": \"a\", \"email\": \"%s@quire.test\"}".formatted(unique("each"));
        List<String[]> writes = List.of(
                write("POST", "/categories", "{\"name\": \"%s\"}".formatted(name), "c"),
                write("PUT", "/categories/named/" + name + "%20+%3B", null, "n"),
                write("PUT", "/categories/$c", "{\"name\": \"%s a\"}".formatted(name), null),
                write("PATCH", "/categories/$c", "{\"name\": \"%s b\"}".formatted(name), null),
                write("POST", "/posts", post, "p"),
                write("PUT", "/posts/$p", post, null),
                write("PATCH", "/posts/$p", "{}", null),
                write("PUT", "/posts/$p/categories", "[{\"id\": \"$c\"}]", null),
                write("PUT", "/posts/$p/categories/$n", null, null),
                write("DELETE", "/posts/$p/categories/$c", null, null),
                write("POST", "/posts/$p/comments", "{\"content\": \"a\"}", "o"),
                write("PATCH", "/comments/$o", "{}", null),
                write("DELETE", "/comments/$o", null, null),
                write("DELETE", "/posts/$p", null, null),
                write("DELETE", "/categories/$c?onDelete=restrict&dryRun=true", null, null),
                write("POST", "/users", user.replace("}", ", \"password\": \"an unusual one\"}"), "u"),
                write("PUT", "/users/$u", user, null),
                write("PATCH", "/users/$u", "{}", null),
                write("POST", "/addresses", ADDRESS.replace("}", ", \"user\": {\"id\": \"$u\"}}"), null),
                write("PUT", "/users/$u/address", ADDRESS, null),
                write("DELETE", "/users/$u/address", null, null),
                write("DELETE", "/users/$u?onDelete=cascade", null, null));

        batch(
                        admin,
                        writes.stream()
                                .map(one -> operation(one[0], one[1], one[2], one[3]))
                                .toArray(String[]::new))
                .then()
                .statusCode(200)
                .body(
                        "status",
                        contains(
                                201, 201, 200, 200, 201, 200, 200, 200, 204, 204, 201, 200, 204, 204, 200, 201, 200,
                                200, 201, 200, 204, 204))
                .body("[1].body.name", equalTo(name + " +;"))
                .body("[7].body.name", contains(name + " b"));

        Map<String, Map<String, Map<String, Object>>> paths =
                given().get("/q/openapi?format=json").jsonPath().getMap("paths");
        var tried = new TreeSet<String>();
        paths.forEach((path, item) -> writes.stream()
                .filter(one -> one[1].replaceFirst("[?].*", "").matches(path.replaceAll("\\{[^}]+}", "[^/]+")))
                .map(one -> item.get(one[0].toLowerCase(Locale.ROOT)))
                .filter(Objects::nonNull)
                .forEach(operation -> tried.add((String) operation.get("operationId"))));
        assertEquals(batchable(), tried);
    }

    /** The annotated operations, read from the sources of the resources. */
    private static Set<String> batchable() throws Exception {
        var operations = new TreeSet<String>();
        Path sources = Path.of("src", "main", "java");
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(path -> path.toString().endsWith("Resource.java"))
                    .toList()) {
                String type =
                        sources.relativize(file).toString().replace(".java", "").replace(File.separatorChar, '.');
                for (Method method : Class.forName(type).getDeclaredMethods()) {
                    if (method.isAnnotationPresent(Batchable.class)) {
                        operations.add(method.getAnnotation(Operation.class).operationId());
                    }
                }
            }
        }
        return operations;
    }

    private static String[] write(String method, String path, String body, String id) {
        return new String[] {method, path, body, id};
    }

    private static Response batch(Account caller, String... operations) {
        return caller.request(array(List.of(operations))).post("/batch");
    }

    private static String array(List<String> operations) {
        return operations.stream().collect(joining(", ", "[", "]"));
    }

    private static String operation(String method, String path, String body, String id) {
        return "{\"method\": \"%s\", \"path\": \"%s\"%s%s}"
                .formatted(
                        method,
                        path,
                        body == null ? "" : ", \"body\": " + body,
                        id == null ? "" : ", \"id\": \"" + id + "\"");
    }

    private static String unique(String name) {
        return name + System.nanoTime();
    }

    /** All tables that a batch may write to. */
    private static List<Object> stored() {
        return TABLES.stream()
                .map(table -> (Object) Database.rows("select t::text from " + table + " t order by 1"))
                .toList();
    }
}
