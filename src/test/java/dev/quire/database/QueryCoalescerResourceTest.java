package dev.quire.database;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import dev.quire.environment.References;
import dev.quire.environment.ServiceLog;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Concurrent requests for the same data, which share a statement without noticing. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class QueryCoalescerResourceTest {
    private static final int MANY = 24;

    private static Account ada;
    private static List<Integer> categories;

    @BeforeEach
    void fill() {
        if (ada == null) {
            ada = Account.register();
            categories = ada.categories("Gathered", 3);
        }
    }

    private static <T> List<Callable<T>> many(Function<Integer, T> request) {
        return IntStream.range(0, MANY)
                .<Callable<T>>mapToObj(i -> () -> request.apply(i))
                .toList();
    }

    private static List<Response> runCoalesced(List<Callable<Response>> requests) {
        var answers = new ArrayList<Response>();
        List<String> statements = Database.statementsDuring(() -> answers.addAll(Race.runCoalesced("posts", requests)));
        assertTrue(statements.size() < MANY, () -> statements.size() + " statements");
        return answers;
    }

    private static Response publish(Account author, String title, Integer... filed) {
        return author.request("{\"title\": \"%s\", \"content\": \"Content of %s\", \"categories\": %s}"
                        .formatted(title, title, References.ids(filed)))
                .post("/posts");
    }

    @Test
    void concurrentReadersGetTheirOwnPosts() {
        List<Integer> posts = IntStream.range(0, MANY / 2)
                .mapToObj(i -> ada.post("Gathered " + i, categories.subList(0, i % 4)))
                .toList();

        // Each post twice, and two that do not exist
        List<Response> answers = runCoalesced(many(
                i -> given().get("/posts/" + (i < MANY - 2 ? posts.get(i % posts.size()) : Long.MAX_VALUE - i))));

        for (int i = 0; i < MANY - 2; i++) {
            int index = i % posts.size();
            answers.get(i)
                    .then()
                    .statusCode(200)
                    .body("id", equalTo(posts.get(index)))
                    .body("title", equalTo("Gathered " + index))
                    .body("categories.id", equalTo(categories.subList(0, index % 4)));
        }
        answers.subList(MANY - 2, MANY).forEach(answer -> answer.then().statusCode(404));
    }

    @Test
    void concurrentReadersOfAPageGetThatPage() {
        ada.post("On a page");
        String expected =
                ada.request().get("/users/{id}/posts?limit=2", ada.id()).asString();

        runCoalesced(many(i -> given().get("/users/{id}/posts?limit=2", ada.id())))
                .forEach(answer -> assertEquals(expected, answer.asString()));
    }

    /** A cursor belongs to the list as requested, although the rows are the same. */
    @Test
    void equivalentQueriesGetTheirOwnLinks() {
        IntStream.range(0, 3).forEach(i -> ada.post("Spelled " + i));
        List<String> lists = Stream.of("?limit=2", "?limit=2&sort=-createdAt")
                .map(query -> "/users/" + ada.id() + "/posts" + query)
                .toList();
        List<String> links =
                lists.stream().map(list -> given().get(list).header("Link")).toList();

        List<Response> answers = runCoalesced(many(i -> given().get(lists.get(i % 2))));

        for (int i = 0; i < MANY; i++) {
            assertEquals(links.get(i % 2), answers.get(i).header("Link"));
        }
    }

    /** A running statement has a snapshot from before the change. */
    @Test
    void readAfterAChangeSeesIt() throws Exception {
        int post = ada.post("Before");
        Database.execute("create policy waits on posts using (pg_advisory_xact_lock_shared(7) is not null)");
        Database.execute("alter table posts enable row level security");
        Database.execute("alter table posts force row level security");
        try (Connection blocker = Database.connect();
                Statement statement = blocker.createStatement()) {
            statement.execute("select pg_advisory_lock(7)");
            List<CompletableFuture<String>> early = readers(post);
            Database.awaitBlocked();
            Database.execute("update posts set title = 'After' where id = ?", post);
            List<CompletableFuture<String>> late = readers(post);
            Thread.sleep(500);
            statement.execute("select pg_advisory_unlock(7)");

            assertTrue(early.stream().anyMatch(title -> title.join().equals("Before")));
            assertEquals(
                    Collections.nCopies(late.size(), "After"),
                    late.stream().map(CompletableFuture::join).toList());
        } finally {
            Database.execute("alter table posts no force row level security");
            Database.execute("alter table posts disable row level security");
            Database.execute("drop policy waits on posts");
        }
    }

    /** Several readers on each event loop */
    private static List<CompletableFuture<String>> readers(int post) {
        return IntStream.range(0, MANY)
                .mapToObj(i -> CompletableFuture.<String>supplyAsync(
                        () -> given().get("/posts/{id}", post).path("title"), task -> new Thread(task).start()))
                .toList();
    }

    @Test
    void concurrentAuthorsGetTheirOwnPosts() throws Exception {
        Account gone = Account.register();
        Database.execute("delete from users where id = ?", gone.id());
        Account bob = Account.register();

        List<Response> answers = Race.runCoalesced("posts", many(i -> switch (i % 4) {
            case 0 -> publish(ada, "Ada's " + i, categories.get(0), categories.get(2));
            case 1 -> publish(bob, "Bob's " + i, categories.get(1));
            case 2 -> publish(gone, "Nobody's " + i, categories.get(1));
            default -> publish(ada, "In nothing " + i, categories.get(0), Integer.MAX_VALUE);
        }));

        for (int i = 0; i < MANY; i++) {
            var answer = answers.get(i).then();
            switch (i % 4) {
                case 0 -> isPost(answers.get(i), ada, "Ada's " + i, categories.get(0), categories.get(2));
                case 1 -> isPost(answers.get(i), bob, "Bob's " + i, categories.get(1));
                case 2 -> answer.statusCode(401);
                default -> answer.statusCode(422);
            }
        }
        assertEquals(
                MANY / 2,
                Database.count(
                        "select count(*) from posts where title ~ '(''s|In nothing) [0-9]+$'"
                                + " and author_id in (?, ?)",
                        ada.id(),
                        bob.id()));
    }

    private static void isPost(Response answer, Account author, String title, Integer... filed) {
        answer.then().statusCode(201).body("title", equalTo(title));
        given().get(answer.header("Location"))
                .then()
                .body("id", equalTo(answer.path("id")))
                .body("title", equalTo(title))
                .body("content", equalTo("Content of " + title))
                .body("author.id", equalTo((int) author.id()))
                .body("categories.id", contains(filed));
    }

    @Test
    void concurrentPostsShareStatements() {
        runCoalesced(many(i -> publish(ada, "Shared", categories.get(0))))
                .forEach(answer -> answer.then().statusCode(201));
    }

    @Test
    void postsWaitOnlyForLocksOfTheirOwnCategories() throws Exception {
        try (Connection connection = Database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select from categories where id = " + categories.get(0) + " for update");
            List<CompletableFuture<Response>> waiting = IntStream.range(0, 6)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> publish(ada, "Waits", categories.get(0)), task -> new Thread(task).start()))
                    .toList();
            Database.awaitBlocked();

            Race.run(MANY, i -> publish(ada, "Does not wait", categories.get(1)))
                    .forEach(answer -> answer.then().statusCode(201));

            assertTrue(waiting.stream().noneMatch(CompletableFuture::isDone));
            connection.rollback();
            waiting.forEach(answer -> answer.join().then().statusCode(201));
        }
    }

    @Test
    void rowRefusedByPostgreSqlFailsAlone() throws SQLException {
        ServiceLog.expect("violates check constraint \"bearable\"");
        Database.execute("alter table posts add constraint bearable check (title <> 'Unbearable')");
        try {
            List<Response> answers =
                    Race.runCoalesced("posts", many(i -> publish(ada, i % 8 == 0 ? "Unbearable" : "Bearable " + i)));

            for (int i = 0; i < MANY; i++) {
                answers.get(i).then().statusCode(i % 8 == 0 ? 500 : 201);
            }
        } finally {
            Database.execute("alter table posts drop constraint bearable");
        }
    }

    @Test
    void hangingStatementBlocksNoOtherPost() throws Exception {
        try (Connection blocker = blockInsertsOf("Stuck")) {
            CompletableFuture<Response> stuck = CompletableFuture.supplyAsync(() -> publish(ada, "Stuck"));
            Database.awaitBlocked();
            Thread.sleep(1500);

            Race.run(MANY, i -> publish(ada, "Free"))
                    .forEach(answer -> answer.then().statusCode(201));

            assertFalse(stuck.isDone());
            blocker.rollback();
            stuck.join().then().statusCode(201);
        } finally {
            unblockInserts();
        }
    }

    /**
     * Some of the requests that arrive while a statement waits for a lock form the next statement, which waits as well
     * until it times out, and some are still queued then.
     */
    @Test
    void refusedPostsAreNotStoredUnlessTheOutcomeIsUnknown() throws Exception {
        List<Response> answers;
        try (Connection blocker = blockInsertsOf("Stuck")) {
            CompletableFuture<Response> first = CompletableFuture.supplyAsync(() -> publish(ada, "Stuck"));
            Database.awaitBlocked();
            CompletableFuture<Response> second = CompletableFuture.supplyAsync(() -> publish(ada, "Stuck"));
            Thread.sleep(200);
            answers = Race.run(2 * MANY, i -> publish(ada, "Late " + i));
            first.join().then().statusCode(503);
            second.join().then().statusCode(503);
            blocker.rollback();
        } finally {
            unblockInserts();
        }
        // After all requests that were sent before it
        ada.post("The last");

        for (int i = 0; i < answers.size(); i++) {
            long stored = Database.count("select count(*) from posts where title = ?", "Late " + i);
            String detail =
                    answers.get(i).statusCode() == 201 ? "" : answers.get(i).path("detail");
            if (!detail.contains("not known")) {
                assertEquals(answers.get(i).statusCode() == 201 ? 1 : 0, stored, detail);
            }
        }
    }

    /** Blocks inserts of posts with this title until the transaction of the returned connection ends. */
    private static Connection blockInsertsOf(String title) throws SQLException {
        Database.execute("create function stick() returns trigger language plpgsql as 'begin perform"
                + " pg_advisory_xact_lock(8); return new; end'");
        Database.execute("create trigger sticks before insert on posts for each row when (new.title = '" + title
                + "') execute function stick()");
        Connection blocker = Database.connect();
        blocker.setAutoCommit(false);
        try (Statement statement = blocker.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(8)");
        }
        return blocker;
    }

    private static void unblockInserts() throws SQLException {
        Database.execute("drop trigger sticks on posts");
        Database.execute("drop function stick");
    }
}
