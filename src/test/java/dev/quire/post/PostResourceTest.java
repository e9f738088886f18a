package dev.quire.post;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class PostResourceTest {
    private static Account ada;

    @BeforeEach
    void register() {
        if (ada == null) {
            ada = Account.register();
        }
    }

    @Test
    void creatingReturnsThePostAndItsLocation() {
        var created = ada.request("{\"title\": \"Engine\", \"content\": \"Line\\nby line\"}")
                .post("/posts");

        created.then()
                .statusCode(201)
                .header("Location", endsWith("/posts/" + created.path("id")))
                .body(
                        "keySet()",
                        containsInAnyOrder("id", "title", "content", "author", "categories", "createdAt", "updatedAt"))
                .body("title", equalTo("Engine"))
                .body("content", equalTo("Line\nby line"))
                .body("author", equalTo(Map.of("id", (int) ada.id(), "name", ada.name())))
                .body("categories", empty())
                .body("createdAt", matchesPattern("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z"))
                .body("updatedAt", equalTo(created.path("createdAt")));
        assertEquals(created.asString(), given().get(created.header("Location")).asString());
    }

    @Test
    void categoriesOfANewPostDoNotUpdateIt() {
        var created = ada.request(
                        "{\"title\": \"t\", \"content\": \"c\", \"categories\": [{\"name\": \"Filed at once\"}]}")
                .post("/posts");

        created.then().statusCode(201).body("updatedAt", equalTo(created.path("createdAt")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "id        | 7",
                "author    | {\"id\": 1}",
                "authorId  | 1",
                "createdBy | {\"id\": 1}",
                "createdAt | \"2020-01-01T00:00:00Z\"",
                "updatedAt | \"2020-01-01T00:00:00Z\"",
                "version   | 0",
                "nonsense  | 5",
            })
    void readOnlyMembersAreRefusedWithoutChange(String member, String value) {
        int post = ada.post("Mine");
        String before = given().get("/posts/{post}", post).asString();
        long posts = Database.count("select count(*) from posts where author_id = ?", ada.id());
        String whole = "{\"title\": \"Changed\", \"content\": \"Changed\", \"%s\": %s}".formatted(member, value);
        String part = "{\"title\": \"Changed\", \"%s\": %s}".formatted(member, value);

        var answers = List.of(
                ada.request(whole).post("/posts"),
                ada.request(whole).put("/posts/{post}", post),
                ada.request(part).patch("/posts/{post}", post));

        for (var answer : answers) {
            answer.then()
                    .statusCode(422)
                    .contentType("application/problem+json")
                    .body("errors.pointer", contains("/" + member));
        }
        assertEquals(posts, Database.count("select count(*) from posts where author_id = ?", ada.id()));
        assertEquals(before, given().get("/posts/{post}", post).asString());
    }

    @Test
    void everyViolationIsReportedAtOnce() {
        ada.request("{\"title\": \" \", \"content\": 5, \"categories\": \"x\", \"rank\": 1}")
                .post("/posts")
                .then()
                .statusCode(422)
                .body("errors.pointer", containsInAnyOrder("/title", "/content", "/categories", "/rank"));
        ada.request("{}")
                .post("/posts")
                .then()
                .statusCode(422)
                .body("errors.pointer", containsInAnyOrder("/title", "/content"));
    }

    @ParameterizedTest
    @CsvSource({"t, 200, c, 100000", "\uD83D\uDE80, 200, \uD83D\uDE80, 100000"})
    void lengthsAreCountedInCharactersUpToTheLimit(String t, int title, String c, int content) {
        String longest = "{\"title\": \"%s\", \"content\": \"%s\"}".formatted(t.repeat(title), c.repeat(content));
        String longer =
                "{\"title\": \"%s\", \"content\": \"%s\"}".formatted(t.repeat(title + 1), c.repeat(content + 1));

        ada.request(longest).post("/posts").then().statusCode(201).body("content", equalTo(c.repeat(content)));
        ada.request(longer)
                .post("/posts")
                .then()
                .statusCode(422)
                .body("errors.pointer", containsInAnyOrder("/title", "/content"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null             | \"c\"             | /title",
                "\"\"             | \"c\"             | /title",
                "\"\\u00a0\\u2003\" | \"c\"           | /title",
                "\"two\\nlines\"  | \"c\"             | /title",
                "\"\\u0000\"      | \"c\"             | /title",
                "\"\\ud83d\"      | \"c\"             | /title",
                "true             | \"c\"             | /title",
                "\"t\"            | null              | /content",
                "\"t\"            | \" \\n\"          | /content",
                "\"t\"            | \"a\\u0000b\"     | /content",
                "\"t\"            | \"a\\u0007b\"     | /content",
                "\"t\"            | {}                | /content",
            })
    void unreadableTextIsRefused(String title, String content, String pointer) {
        int post = ada.post("Readable");
        String body = "{\"title\": %s, \"content\": %s}".formatted(title, content);

        for (var answer : List.of(
                ada.request(body).post("/posts"),
                ada.request(body).put("/posts/{post}", post),
                ada.request(body).patch("/posts/{post}", post))) {
            answer.then().statusCode(422).body("errors.pointer", contains(pointer));
        }
        given().get("/posts/{post}", post)
                .then()
                .body("title", equalTo("Readable"))
                .body("content", equalTo("Content"));
    }

    @Test
    void replacingByAnAdminKeepsIdAuthorAndCreation() {
        int post = ada.post("Before");
        var before = given().get("/posts/{post}", post);

        for (Account editor : List.of(ada, Account.admin())) {
            String title = "By " + editor.name();
            var replaced = editor.request("{\"title\": \"%s\", \"content\": \"New\"}".formatted(title))
                    .put("/posts/{post}", post);

            replaced.then()
                    .statusCode(200)
                    .body("id", equalTo(post))
                    .body("title", equalTo(title))
                    .body("content", equalTo("New"))
                    .body("author.id", equalTo((int) ada.id()))
                    .body("createdAt", equalTo(before.path("createdAt")));
            assertTrue(updated(replaced).isAfter(updated(before)));
            assertEquals(replaced.asString(), given().get("/posts/{post}", post).asString());
        }
    }

    @Test
    void replacingNeedsTheWholePost() {
        int post = ada.post("Whole");

        ada.request("{\"title\": \"Part\"}")
                .put("/posts/{post}", post)
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/content"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/merge-patch+json"})
    void patchingChangesOnlyTheGivenMembers(String type) {
        int post = ada.post("Before");
        var before = given().get("/posts/{post}", post);

        var patched =
                ada.request().contentType(type).body("{\"title\": \"After\"}").patch("/posts/{post}", post);

        patched.then()
                .statusCode(200)
                .body("title", equalTo("After"))
                .body("content", equalTo("Content"))
                .body("author.id", equalTo((int) ada.id()))
                .body("createdAt", equalTo(before.path("createdAt")));
        assertTrue(updated(patched).isAfter(updated(before)));
        assertEquals(patched.asString(), given().get("/posts/{post}", post).asString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"title\": \"Same\"}", "{\"categories\": {}}", "{\"categories\": []}"})
    void emptyPatchReturnsThePostUnchanged(String patch) {
        int post = ada.post("Same");
        String before = given().get("/posts/{post}", post).asString();
        Object row = Database.rows("select xmin::text, version from posts where id = ?", post);

        var patched = ada.request(patch).patch("/posts/{post}", post);

        patched.then().statusCode(200);
        assertEquals(before, patched.asString());
        assertEquals(row, Database.rows("select xmin::text, version from posts where id = ?", post));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "7", "\"title\""})
    void bodyOtherThanAnObjectIsRefused(String body) {
        int post = ada.post("Kept");

        for (var answer : List.of(
                ada.request(body).post("/posts"),
                ada.request(body).put("/posts/{post}", post),
                ada.request(body).patch("/posts/{post}", post))) {
            answer.then().statusCode(422).body("errors.pointer", contains(""));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"title\": \"a\"} {}", "{\"title\": \"a\", \"title\": \"b\"}", "title"})
    void bodyOtherThanJsonIsMalformed(String body) {
        int post = ada.post("Kept");

        for (var answer : List.of(
                ada.request(body).post("/posts"),
                ada.request(body).put("/posts/{post}", post),
                ada.request(body).patch("/posts/{post}", post))) {
            answer.then().statusCode(400).contentType("application/problem+json");
        }
    }

    @Test
    void deletingRemovesLinksAndKeepsCategories() {
        List<Integer> categories = ada.categories("Deleting a post", 2);
        int post = ada.post("Deleted", categories);
        int other = ada.post("Stays", categories);

        ada.request().delete("/posts/{post}", post).then().statusCode(204).body(equalTo(""));

        given().get("/posts/{post}", post).then().statusCode(404).contentType("application/problem+json");
        ada.request().delete("/posts/{post}", post).then().statusCode(404);
        assertEquals(Map.of(), Database.links(post));
        given().get("/posts/{post}/categories", other).then().body("id", equalTo(categories));
    }

    @Test
    void dryRunReportsTheDeletionAndDeletesNothing() {
        int post = ada.post("Spared", ada.categories("Sparing a post", 2));
        String before = given().get("/posts/{post}", post).asString();

        ada.request()
                .delete("/posts/{post}?dryRun=true", post)
                .then()
                .statusCode(200)
                .body("deleted.find { it.relation == 'posts' }.count", equalTo(1))
                .body("unlinked.find { it.relation == 'categories' }.count", equalTo(2))
                .body("reassigned", empty());

        assertEquals(before, given().get("/posts/{post}", post).asString());
    }

    private static Instant updated(Response post) {
        return Instant.parse(post.path("updatedAt"));
    }
}
