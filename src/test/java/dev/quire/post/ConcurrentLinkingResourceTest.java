package dev.quire.post;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.in;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import dev.quire.environment.References;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Links under concurrent changes. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class ConcurrentLinkingResourceTest {
    private static final int MANY = 20;

    private static Account ada;

    @BeforeEach
    void register() {
        if (ada == null) {
            ada = Account.register();
        }
    }

    @Test
    void concurrentPutsOfALinkCreateItOnce() {
        int post = ada.post("Same");
        int category = ada.category("Concurrently the same");

        List<Integer> statuses = Race.run(MANY, i -> link("PUT", post, category).statusCode());

        assertEquals(Collections.nCopies(MANY, 204), statuses);
        assertEquals(Set.of(category), Database.links(post).keySet());
    }

    @Test
    void concurrentPutsOfDifferentLinksCreateAll() {
        int post = ada.post("Different");
        List<Integer> categories = ada.categories("Concurrently different", MANY);

        List<Integer> statuses =
                Race.run(MANY, i -> link("PUT", post, categories.get(i)).statusCode());

        assertEquals(Collections.nCopies(MANY, 204), statuses);
        assertEquals(Set.copyOf(categories), Database.links(post).keySet());
    }

    @Test
    void concurrentLinkingAndUnlinkingEndsAsRequested() {
        List<Integer> categories = ada.categories("Concurrently mixed", MANY);
        int post = ada.post("Mixed", categories.subList(0, MANY / 2));

        List<Integer> statuses = Race.run(
                MANY,
                i -> link(i < MANY / 2 ? "DELETE" : "PUT", post, categories.get(i))
                        .statusCode());

        assertEquals(Collections.nCopies(MANY, 204), statuses);
        assertEquals(
                Set.copyOf(categories.subList(MANY / 2, MANY)),
                Database.links(post).keySet());
    }

    @Test
    void concurrentPatchesLoseNoLink() {
        int post = ada.post("Patched");
        List<Integer> categories = ada.categories("Concurrently patched", MANY);

        List<Integer> statuses = Race.run(
                MANY,
                i -> ada.request("{\"categories\": {\"connect\": %s}}".formatted(References.ids(categories.get(i))))
                        .patch("/posts/{post}", post)
                        .statusCode());

        assertEquals(Collections.nCopies(MANY, 200), statuses);
        assertEquals(Set.copyOf(categories), Database.links(post).keySet());
    }

    @Test
    void concurrentReplacementsLeaveOneCompleteSet() {
        int post = ada.post("Replaced");
        List<Integer> categories = ada.categories("Concurrently replaced", MANY);

        List<Response> answers = Race.run(
                MANY,
                i -> ada.request(References.ids(
                                categories.get(i), categories.get((i + 1) % MANY), categories.get((i + 7) % MANY)))
                        .put("/posts/{post}/categories", post));

        answers.forEach(answer -> answer.then().statusCode(200).body("size()", equalTo(3)));
        Set<Integer> stored = Database.links(post).keySet();
        assertTrue(
                answers.stream()
                        .anyMatch(
                                answer -> new HashSet<>(answer.jsonPath().getList("id", Integer.class)).equals(stored)),
                stored::toString);
    }

    @Test
    void limitOfTwentyHoldsUnderConcurrentLinking() {
        List<Integer> categories = ada.categories("Concurrently crowded", MANY + 5);
        int post = ada.post("Crowded", categories.subList(0, 15));

        List<Integer> statuses =
                Race.run(10, i -> link("PUT", post, categories.get(15 + i)).statusCode());

        assertEquals(5, Collections.frequency(statuses, 204), statuses::toString);
        assertEquals(5, Collections.frequency(statuses, 422), statuses::toString);
        assertEquals(MANY, Database.links(post).size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DELETE | /posts/POST/categories/GONE | ",
                "PUT    | /posts/POST/categories      | []",
                "PATCH  | /posts/POST                 | {\"categories\": []}",
                "PATCH  | /posts/POST                 | {\"categories\": {\"disconnect\": [{\"id\": GONE}]}}",
                "DELETE | /posts/POST                 | ",
            })
    void unlinkingSucceedsWhileTheCategoryIsDeleted(String method, String path, String body) throws SQLException {
        int gone = ada.category("Concurrently gone");
        int post = ada.post("Racing", List.of(gone));

        Response answer =
                duringAnUncommitted("delete from categories where id = " + gone, method, path, body, post, gone);

        assertTrue(List.of(200, 204).contains(answer.statusCode()), answer::asString);
        assertEquals(Map.of(), Database.links(post));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT   | /posts/POST/categories/GONE | ",
                "PUT   | /posts/POST/categories      | [{\"id\": GONE}]",
                "PATCH | /posts/POST                 | {\"categories\": {\"connect\": [{\"id\": GONE}]}}",
                "POST  | /posts                      | {\"title\": \"t\", \"content\": \"c\", \"categories\": [{\"id\": GONE}]}",
            })
    void concurrentlyDeletedCategoryIsNotLinked(String method, String path, String body) throws SQLException {
        int gone = ada.category("Concurrently gone");
        int post = ada.post("Racing");

        Response answer =
                duringAnUncommitted("delete from categories where id = " + gone, method, path, body, post, gone);

        answer.then().statusCode(in(List.of(404, 422))).contentType("application/problem+json");
        assertEquals(0, Database.count("select count(*) from post_categories where category_id = ?", gone));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT    | /posts/POST/categories/NEW  | ",
                "DELETE | /posts/POST/categories/GONE | ",
                "PUT    | /posts/POST/categories      | []",
                "PATCH  | /posts/POST                 | {\"title\": \"New\"}",
                "DELETE | /posts/POST                 | ",
            })
    void concurrentlyDeletedPostIsNotFound(String method, String path, String body) throws SQLException {
        int category = ada.category("Concurrently kept");
        int post = ada.post("Racing", List.of(category));

        Response answer =
                duringAnUncommitted("delete from posts where id = " + post, method, path, body, post, category);

        answer.then().statusCode(404).contentType("application/problem+json");
        given().get("/categories/{id}", category).then().statusCode(200);
    }

    @Test
    void categoriesAreDeletedDuringConcurrentLinking() {
        List<Integer> categories = ada.categories("Concurrently deleted", 5);
        List<Integer> posts = List.of(ada.post("Racing 1", categories), ada.post("Racing 2", categories));

        List<Response> answers = Race.run(
                MANY,
                i -> i < 5
                        ? Account.admin().request().delete("/categories/{id}", categories.get(i))
                        : ada.request(References.ids(categories.get(i % 5), categories.get((i + 2) % 5)))
                                .put("/posts/{post}/categories", posts.get(i % 2)));

        answers.subList(0, 5).forEach(answer -> answer.then().statusCode(204));
        answers.subList(5, MANY).forEach(answer -> answer.then().statusCode(in(List.of(200, 422))));
        posts.forEach(post -> assertEquals(Map.of(), Database.links(post)));
    }

    @Test
    void concurrentDeletionsOfPostsAndCategoriesAllSucceed() {
        List<Integer> categories = ada.categories("Concurrently removed", MANY);
        List<Integer> posts = categories.stream()
                .map(category -> ada.post("Removed", List.of(category)))
                .toList();

        List<Integer> statuses = Race.run(
                2 * MANY,
                i -> (i % 2 == 0
                                ? ada.request().delete("/posts/{id}", posts.get(i / 2))
                                : Account.admin().request().delete("/categories/{id}", categories.get(i / 2)))
                        .statusCode());

        assertEquals(Collections.nCopies(2 * MANY, 204), statuses);
        posts.forEach(post -> given().get("/posts/{id}", post).then().statusCode(404));
        categories.forEach(
                category -> given().get("/categories/{id}", category).then().statusCode(404));
    }

    /** Returns the response to a request that has to wait for this statement, which is committed once it does. */
    private static Response duringAnUncommitted(
            String sql, String method, String path, String body, int post, int category) throws SQLException {
        String to = path.replace("POST", String.valueOf(post))
                .replace("GONE", String.valueOf(category))
                .replace("NEW", String.valueOf(ada.category("Concurrently new")));
        try (Connection connection = Database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(sql);
            var answer = CompletableFuture.supplyAsync(
                    () -> (body == null ? ada.request() : ada.request(body.replace("GONE", String.valueOf(category))))
                            .request(method, to));
            Database.awaitBlocked();
            connection.commit();
            return answer.join();
        }
    }

    private static Response link(String method, int post, int category) {
        return ada.request().request(method, "/posts/{post}/categories/{category}", post, category);
    }
}
