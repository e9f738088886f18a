package dev.quire.database;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rows that another transaction has locked for long: refused requests change nothing, and other requests go on. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class LockedRowsResourceTest {
    @Test
    void refusedRequestChangesNothing() throws Exception {
        Account author = Account.register();
        int post = author.post("Before");
        try (Connection other = lock(post)) {
            author.request("{\"title\": \"After\"}")
                    .patch("/posts/{id}", post)
                    .then()
                    .statusCode(503)
                    .header("Retry-After", notNullValue());
            other.rollback();
        }
        Thread.sleep(500);

        given().get("/posts/{id}", post).then().body("title", equalTo("Before"));
        author.request("{\"title\": \"After\"}")
                .patch("/posts/{id}", post)
                .then()
                .statusCode(200);
    }

    /** Each single lock is waited for briefly, but all of them together too long. */
    @Test
    void lateBatchIsNotCommitted() throws Exception {
        Account author = Account.register();
        List<Integer> posts =
                Stream.of("One", "Two", "Three", "Four").map(author::post).toList();
        String batch = posts.stream()
                .map(post -> "{\"method\": \"PATCH\", \"path\": \"/posts/%d\", \"body\": {\"title\": \"Late\"}}"
                        .formatted(post))
                .toList()
                .toString();
        CompletableFuture<Void> released = CompletableFuture.completedFuture(null);
        for (int i = 0; i < posts.size(); i++) {
            Connection other = lock(posts.get(i));
            released = CompletableFuture.allOf(
                    released,
                    CompletableFuture.runAsync(
                            () -> close(other),
                            CompletableFuture.delayedExecutor(3000L * (i + 1), TimeUnit.MILLISECONDS)));
        }

        author.request(batch).post("/batch").then().statusCode(503).header("Retry-After", notNullValue());
        released.get(60, TimeUnit.SECONDS);
        // The row of the first one is free once the transaction ends.
        assertEquals(1, Database.execute("update posts set content = 'Free' where id = ?", posts.get(0)));

        posts.forEach(post -> assertTrue(
                !"Late".equals(given().get("/posts/{id}", post).path("title")), "a refused batch was committed"));
    }

    @Test
    void lockedRowLeavesConnectionsForOtherRequests() throws Exception {
        Account author = Account.register();
        int locked = author.post("Locked");
        int other = author.post("Other");
        try (Connection holder = lock(locked)) {
            List<CompletableFuture<Integer>> waiting = IntStream.range(0, 20)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> author.request("{\"title\": \"Waits\"}")
                            .patch("/posts/{id}", locked)
                            .statusCode()))
                    .toList();
            Thread.sleep(1000);

            author.request("{\"title\": \"Changed\"}")
                    .patch("/posts/{id}", other)
                    .then()
                    .statusCode(200);
            Account.logIn(author.email(), Account.PASSWORD);

            waiting.forEach(
                    one -> assertEquals(503, one.orTimeout(60, TimeUnit.SECONDS).join()));
            holder.rollback();
        }
    }

    @Test
    void commentsOnALockedPostLeaveConnectionsForOtherRequests() throws Exception {
        Account author = Account.register();
        int locked = author.post("Locked");
        int comment = author.comment(author.post("Other"));
        try (Connection holder = lock(locked)) {
            List<CompletableFuture<Integer>> waiting = IntStream.range(0, 20)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> author.request("{\"content\": \"Waits\"}")
                            .post("/posts/{id}/comments", locked)
                            .statusCode()))
                    .toList();
            Thread.sleep(1000);

            author.request("{\"content\": \"Changed\"}")
                    .patch("/comments/{id}", comment)
                    .then()
                    .statusCode(200);

            waiting.forEach(
                    one -> assertEquals(503, one.orTimeout(60, TimeUnit.SECONDS).join()));
            holder.rollback();
        }
        given().get("/posts/{id}/comments", locked).then().body("", empty());
    }

    private static Connection lock(int post) throws Exception {
        return Database.lock("select 1 from posts where id = ? for update", post);
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
