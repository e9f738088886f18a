package dev.quire.comment;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class CommentResourceTest {
    private static Account ada;
    private static Account reader;

    @BeforeEach
    void register() {
        if (ada == null) {
            ada = Account.register();
            reader = Account.register();
        }
    }

    @Test
    void authorOfACommentIsTheUserOfTheToken() {
        int post = ada.post("Commented");

        Response created =
                reader.request("{\"content\": \"It weaves patterns.\"}").post("/posts/{id}/comments", post);

        created.then()
                .statusCode(201)
                .header("Location", equalTo("/comments/" + created.path("id")))
                .body("content", equalTo("It weaves patterns."))
                .body("author.id", equalTo((int) reader.id()))
                .body("author.name", equalTo(reader.name()))
                .body("keySet()", contains("id", "content", "author", "createdAt", "updatedAt"));
        Response read = given().get(created.getHeader("Location"));
        assertEquals(created.asString(), read.asString());
        assertEquals(created.getHeader("ETag"), read.getHeader("ETag"));
    }

    @Test
    void commentingRequiresATokenAndAnExistingPost() {
        int post = ada.post("Commented");

        given().contentType("application/json")
                .body("{\"content\": \"C\"}")
                .post("/posts/{id}/comments", post)
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", startsWith("Bearer"));
        reader.request("{\"content\": \"C\"}")
                .post("/posts/999999999/comments")
                .then()
                .statusCode(404);
        Account gone = Account.register();
        gone.token();
        gone.request().delete("/users/{id}", gone.id()).then().statusCode(204);
        gone.request("{\"content\": \"C\"}")
                .post("/posts/{id}/comments", post)
                .then()
                .statusCode(401);

        given().get("/posts/{id}/comments", post).then().statusCode(200).body("", empty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | /content | is required",
                "{\"content\": null} | /content | is required",
                "{\"content\": \" \"} | /content | must not be blank",
                "{\"content\": 1} | /content | must be a string",
                "{\"content\": \"C\", \"author\": 1} | /author | is unknown or read-only",
                "{\"content\": \"C\", \"post\": null} | /post | is unknown or read-only"
            })
    void invalidCommentIsRefused(String body, String pointer, String detail) {
        reader.request(body)
                .post("/posts/{id}/comments", ada.post("Commented"))
                .then()
                .statusCode(422)
                .body("errors.pointer", contains(pointer))
                .body("errors.detail", contains(detail));
    }

    @Test
    void contentHasUpToTheLengthOfTheColumn() {
        int post = ada.post("Commented");
        String longest = "\\ud83d\\ude00".repeat(10_000);

        reader.request("{\"content\": \"" + longest + "\"}")
                .post("/posts/{id}/comments", post)
                .then()
                .statusCode(201);
        reader.request("{\"content\": \"" + longest + "a\"}")
                .post("/posts/{id}/comments", post)
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/content"));
    }

    @Test
    void commentsOnAPostAreReadInPagesFromTheOldest() {
        int post = ada.post("Discussed");
        List<Integer> comments =
                IntStream.range(0, 5).mapToObj(i -> reader.comment(post)).toList();
        reader.comment(ada.post("Other"));

        Response first = given().header("Prefer", "count=exact").get("/posts/{id}/comments?limit=3", post);

        first.then().statusCode(200).header("X-Total-Count", equalTo("5")).body("id", equalTo(comments.subList(0, 3)));
        String next = first.getHeader("Link").replaceAll(".*<([^>]*)>; rel=\"next\".*", "$1");
        given().urlEncodingEnabled(false).get(next).then().body("id", equalTo(comments.subList(3, 5)));
        given().get("/posts/{id}/comments?sort=-createdAt&limit=2", post)
                .then()
                .body("id", contains(comments.get(4), comments.get(3)));
        given().accept("application/x-ndjson")
                .get("/posts/{id}/comments?fields=id", post)
                .then()
                .body(equalTo(lines(comments) + "{\"count\":5}\n"));
        given().get("/posts/{id}/comments?sort=content", post).then().statusCode(400);
        given().get("/posts/999999999/comments").then().statusCode(404);
    }

    @Test
    void commentsByAUserAreReadFromTheNewest() {
        Account user = Account.register();
        given().get("/users/{id}/comments", user.id()).then().statusCode(200).body("", empty());
        int first = user.comment(ada.post("One"));
        int second = user.comment(ada.post("Two"));

        given().get("/users/{id}/comments", user.id()).then().statusCode(200).body("id", contains(second, first));
        given().get("/users/{id}/comments?sort=createdAt", user.id()).then().body("id", contains(first, second));
        given().accept("application/x-ndjson")
                .get("/users/{id}/comments?fields=id", user.id())
                .then()
                .body(equalTo(lines(List.of(second, first)) + "{\"count\":2}\n"));
        given().get("/users/999999999/comments").then().statusCode(404);
    }

    @Test
    void aCommentEmbedsItsPostAndAPostItsNewestComments() {
        int post = ada.post("Discussed");
        given().get("/posts/{id}?include=comments", post)
                .then()
                .statusCode(200)
                .body("comments", empty())
                .body("commentCount", equalTo(0));
        List<Integer> comments =
                IntStream.range(0, 12).mapToObj(i -> reader.comment(post)).toList();

        given().get("/posts/{id}?include=comments,author", post)
                .then()
                .statusCode(200)
                .body("comments.id", equalTo(newest(comments, 10)))
                .body("commentCount", equalTo(12))
                .body("comments.author.name", everyItem(equalTo(reader.name())))
                .body("", not(hasKey("categories")))
                .body("author.id", equalTo((int) ada.id()));
        given().get("/posts/{id}", post)
                .then()
                .body("", not(hasKey("comments")))
                .body("", not(hasKey("commentCount")));
        given().get("/posts/{id}?fields=comments.content,commentCount", post)
                .then()
                .body("keySet()", contains("comments", "commentCount"))
                .body("comments[0].keySet()", contains("content"));
        given().get("/comments/{id}?include=post,author", comments.get(0))
                .then()
                .statusCode(200)
                .body("post.id", equalTo(post))
                .body("post.title", equalTo("Discussed"))
                .body("author.id", equalTo((int) reader.id()));
        given().get("/users/{id}/comments?include=post.author&limit=1", reader.id())
                .then()
                .body("post.author.id", contains((int) ada.id()));
        given().get("/comments/{id}?include=likes", comments.get(0)).then().statusCode(400);
    }

    @Test
    void theAuthorChangesAComment() {
        int comment = reader.comment(ada.post("Commented"));
        Response before = given().get("/comments/{id}", comment);
        String patch = "{\"content\": \"Changed\"}";

        ada.request(patch).patch("/comments/{id}", comment).then().statusCode(403);
        given().contentType("application/json")
                .body(patch)
                .patch("/comments/{id}", comment)
                .then()
                .statusCode(401);
        reader.request("{}")
                .patch("/comments/{id}", comment)
                .then()
                .statusCode(200)
                .body(equalTo(before.asString()));
        reader.request("{\"content\": null}")
                .patch("/comments/{id}", comment)
                .then()
                .statusCode(422);
        reader.request(patch)
                .header("If-Match", "\"another\"")
                .patch("/comments/{id}", comment)
                .then()
                .statusCode(412);
        reader.request(patch)
                .header("If-Match", before.getHeader("ETag"))
                .patch("/comments/{id}", comment)
                .then()
                .statusCode(200)
                .body("content", equalTo("Changed"))
                .body("createdAt", equalTo(before.path("createdAt")))
                .body("updatedAt", not(equalTo(before.path("updatedAt"))));
        Account.admin().request(patch).patch("/comments/{id}", comment).then().statusCode(200);
        reader.request(patch).patch("/comments/999999999").then().statusCode(404);
    }

    @Test
    void commentIsDeletedByItsAuthorThePostsAuthorOrAnAdmin() {
        int post = ada.post("Commented");

        for (Account user : List.of(reader, ada, Account.admin())) {
            int comment = reader.comment(post);
            Account.register()
                    .request()
                    .delete("/comments/{id}", comment)
                    .then()
                    .statusCode(403);
            given().delete("/comments/{id}", comment).then().statusCode(401);
            user.request()
                    .delete("/comments/{id}?dryRun=true", comment)
                    .then()
                    .statusCode(200)
                    .body("deleted.relation", contains("comments"))
                    .body("deleted.count", contains(1))
                    .body("deleted.href", contains("/comments/" + comment))
                    .body("unlinked", empty())
                    .body("reassigned", empty());
            user.request()
                    .header("If-Match", "\"another\"")
                    .delete("/comments/{id}", comment)
                    .then()
                    .statusCode(412);
            user.request().delete("/comments/{id}", comment).then().statusCode(204);
            given().get("/comments/{id}", comment).then().statusCode(404);
            user.request().delete("/comments/{id}", comment).then().statusCode(404);
        }
    }

    @Test
    void repeatedKeyCreatesOneComment() {
        int post = ada.post("Commented");
        String key = "comment-" + post;

        Response first = reader.request("{\"content\": \"Once\"}")
                .header("Idempotency-Key", key)
                .post("/posts/{id}/comments", post);
        Response second = reader.request("{\"content\": \"Once\"}")
                .header("Idempotency-Key", key)
                .post("/posts/{id}/comments", post);

        first.then().statusCode(201);
        second.then().statusCode(201).header("Idempotency-Replayed", "true");
        assertEquals(first.asString(), second.asString());
        reader.request("{\"content\": \"Another\"}")
                .header("Idempotency-Key", key)
                .post("/posts/{id}/comments", post)
                .then()
                .statusCode(422);
        assertEquals(1, comments("post_id", post));
    }

    @Test
    void aBatchWritesComments() {
        String batch = """
                [{"id": "p", "method": "POST", "path": "/posts", "body": {"title": "T", "content": "C"}},
                 {"id": "c", "method": "POST", "path": "/posts/$p/comments", "body": {"content": "First"}},
                 {"method": "PATCH", "path": "/comments/$c", "body": {"content": "Changed"}},
                 {"id": "d", "method": "POST", "path": "/posts/$p/comments", "body": {"content": "Second"}},
                 {"method": "DELETE", "path": "/comments/$d"}]
                """;

        Response answers = ada.request(batch).post("/batch");

        answers.then().statusCode(200).body("status", contains(201, 201, 200, 201, 204));
        given().get("/posts/{id}?include=comments", (int) answers.path("[0].body.id"))
                .then()
                .body("comments.content", contains("Changed"));
    }

    @Test
    void deletingAPostDeletesItsComments() {
        int post = ada.post("Deleted", List.of(ada.category("Of a commented post")));
        int comment = reader.comment(post);
        ada.comment(post);

        ada.request()
                .delete("/posts/{id}?dryRun=true", post)
                .then()
                .statusCode(200)
                .body("deleted.relation", contains("posts", "comments"))
                .body("deleted.count", contains(1, 2))
                .body("deleted.href", contains("/posts/" + post, "/posts/" + post + "/comments"))
                .body("unlinked.relation", contains("categories"));
        ada.request().delete("/posts/{id}", post).then().statusCode(204);

        given().get("/comments/{id}", comment).then().statusCode(404);
        assertEquals(0, comments("post_id", post));
    }

    @Test
    void commentsOfAUserBlockTheirDeletion() {
        Account user = Account.register();
        user.comment(ada.post("Commented"));
        user.request()
                .delete("/users/{id}", user.id())
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:quire:problem:in-use"))
                .body("detail", equalTo("The user has comments."))
                .body("relations.relation", contains("comments"))
                .body("policies", contains("cascade", "reassign:{id}"));
        user.post("Also");

        List<String> hrefs = user.request()
                .delete("/users/{id}", user.id())
                .then()
                .statusCode(409)
                .body("relations.relation", containsInAnyOrder("posts", "comments"))
                .body("relations.count", contains(1, 1))
                .extract()
                .path("relations.href");

        hrefs.forEach(href -> given().get(href).then().statusCode(200).body("", hasSize(1)));
    }

    @Test
    void cascadeDeletesTheCommentsOfAUserAndThoseOnTheirPosts() {
        Account user = Account.register();
        int own = user.post("Own");
        user.comment(own);
        reader.comment(own);
        int kept = ada.post("Kept");
        int elsewhere = user.comment(kept);
        int others = reader.comment(kept);

        user.request()
                .delete("/users/{id}?onDelete=cascade&dryRun=true", user.id())
                .then()
                .statusCode(200)
                .body("deleted.find { it.relation == 'posts' }.count", equalTo(1))
                .body("deleted.find { it.relation == 'comments' }.count", equalTo(3))
                .body("deleted.find { it.relation == 'comments' }.href", nullValue());
        user.request().delete("/users/{id}?onDelete=cascade", user.id()).then().statusCode(204);

        assertEquals(0, comments("post_id", own));
        given().get("/comments/{id}", elsewhere).then().statusCode(404);
        given().get("/comments/{id}", others).then().statusCode(200);
    }

    @Test
    void usersWithMutualCommentsAreDeletedConcurrently() {
        for (int round = 0; round < 10; round++) {
            Account one = Account.register();
            Account other = Account.register();
            for (int i = 0; i < 5; i++) {
                other.comment(one.post("By one"));
                one.comment(other.post("By another"));
            }

            List<Integer> answers = Race.run(List.of(() -> deleteWithAll(one), () -> deleteWithAll(other)));

            assertEquals(List.of(204, 204), answers);
        }
    }

    private static int deleteWithAll(Account user) {
        return user.request().delete("/users/{id}?onDelete=cascade", user.id()).statusCode();
    }

    @Test
    void reassignGivesTheCommentsToTheNewOwner() {
        Account user = Account.register();
        Account newOwner = Account.register();
        int comment = user.comment(ada.post("Commented"));
        String tag = given().get("/comments/{id}", comment).getHeader("ETag");

        user.request()
                .delete("/users/{id}?onDelete=reassign:{to}&dryRun=true", user.id(), newOwner.id())
                .then()
                .statusCode(200)
                .body("reassigned.relation", contains("comments"))
                .body("reassigned.href", contains("/users/" + user.id() + "/comments"));
        user.request()
                .delete("/users/{id}?onDelete=reassign:{to}", user.id(), newOwner.id())
                .then()
                .statusCode(204);

        given().get("/comments/{id}", comment)
                .then()
                .statusCode(200)
                .header("ETag", not(equalTo(tag)))
                .body("author.id", equalTo((int) newOwner.id()));
    }

    @Test
    void commentingDuringThePostsDeletionSucceedsOrIsRefused() {
        for (int round = 0; round < 20; round++) {
            int post = ada.post("Raced");

            List<Integer> answers = Race.run(List.of(
                    () -> reader.request("{\"content\": \"C\"}")
                            .post("/posts/{id}/comments", post)
                            .statusCode(),
                    () -> ada.request().delete("/posts/{id}", post).statusCode()));

            assertTrue(Set.of(List.of(201, 204), List.of(404, 204)).contains(answers), answers::toString);
            assertEquals(0, comments("post_id", post));
        }
    }

    @Test
    void deletingACommentingUserSucceedsOrIsRefused() {
        int post = ada.post("Raced");
        for (int round = 0; round < 20; round++) {
            Account user = Account.register();
            user.token();

            List<Integer> answers = Race.run(List.of(
                    () -> user.request("{\"content\": \"C\"}")
                            .post("/posts/{id}/comments", post)
                            .statusCode(),
                    () -> user.request().delete("/users/{id}", user.id()).statusCode()));

            assertTrue(Set.of(List.of(201, 409), List.of(401, 204)).contains(answers), answers::toString);
            assertEquals(answers.contains(204) ? 0 : 1, comments("author_id", user.id()));
        }
    }

    private static long comments(String column, long id) {
        return Database.count("select count(*) from comments where " + column + " = ?", id);
    }

    private static List<Integer> newest(List<Integer> all, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> all.get(all.size() - 1 - i))
                .toList();
    }

    private static String lines(List<Integer> ids) {
        return String.join("", ids.stream().map(id -> "{\"id\":" + id + "}\n").toList());
    }
}
