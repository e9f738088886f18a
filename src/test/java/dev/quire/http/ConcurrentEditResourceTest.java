package dev.quire.http;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import dev.quire.environment.References;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Concurrent edits based on the same read: one succeeds, and the others fail their precondition. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class ConcurrentEditResourceTest {
    private static final int MANY = 100;
    private static final int SOME = 20;

    private static final String ADDRESS = "{\"street\": \"Street %d\", \"city\": \"City\", \"country\": \"Country\"}";

    private static Account ada;

    @BeforeEach
    void register() {
        if (ada == null) {
            ada = Account.register();
        }
    }

    @Test
    void concurrentReplacementsOfAPostHaveOneWinner() {
        String path = "/posts/" + ada.post("Read by many");

        Response won = race(
                MANY,
                path,
                (i, tag) -> ada.request("{\"title\": \"Title %d\", \"content\": \"Content %d\"}".formatted(i, i))
                        .header("If-Match", tag)
                        .put(path));

        assertEquals(won.asString(), given().get(path).asString());
        assertEquals(
                won.<String>path("title").replace("Title", "Content"),
                won.path("content"),
                "the members are of different writers");
    }

    @Test
    void concurrentPatchesOfAUserHaveOneWinner() {
        Account eve = Account.create();
        String path = "/users/" + eve.id();

        Response won = race(
                MANY,
                path,
                (i, tag) -> (i % 2 == 0 ? eve : Account.admin())
                        .request("{\"name\": \"Eve %d\", \"address\": {\"street\": \"Street %d\"}}".formatted(i, i))
                        .header("If-Match", tag)
                        .patch(path));

        assertEquals(won.asString(), Account.admin().request().get(path).asString());
        assertEquals(won.<String>path("name").replace("Eve", "Street"), won.path("address.street"));
    }

    @Test
    void concurrentRenamingsOfACategoryHaveOneWinner() {
        String name = "Renamed by many " + System.nanoTime();
        String path = "/categories/" + ada.category(name);

        Response won = race(
                SOME,
                path,
                (i, tag) -> Account.admin()
                        .request("{\"name\": \"%s %d\"}".formatted(name, i))
                        .header("If-Match", tag)
                        .put(path));

        assertEquals(won.asString(), given().get(path).asString());
    }

    @Test
    void concurrentReplacementsOfCategoriesHaveOneWinner() {
        List<Integer> categories = ada.categories("Refiled by many", SOME);
        int post = ada.post("Refiled by many");
        String path = "/posts/" + post + "/categories";

        Response won = race(
                SOME,
                path,
                (i, tag) -> ada.request(References.ids(categories.get(i), categories.get((i + 1) % SOME)))
                        .header("If-Match", tag)
                        .put(path));

        assertEquals(won.asString(), given().get(path).asString());
        assertEquals(2, Database.links(post).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/categories"})
    void concurrentLinkingsWithOneTagHaveOneWinner(String shownBy) {
        List<Integer> categories = ada.categories("Linked by many", SOME);
        int post = ada.post("Linked by many");
        String path = "/posts/" + post;

        race(
                SOME,
                path + shownBy,
                (i, tag) -> ada.request().header("If-Match", tag).put(path + "/categories/{id}", categories.get(i)));

        assertEquals(1, Database.links(post).size());
    }

    @Test
    void concurrentWritesWithOneTagHaveOneWinner() {
        int category = ada.category("Written by many");
        int post = ada.post("Written by many", List.of(category));
        String path = "/posts/" + post;
        List<List<Object>> before = Database.rows("select version from posts where id = ?", post);

        race(SOME, path, (i, tag) -> {
            RequestSpecification request = ada.request().header("If-Match", tag);
            return switch (i % 3) {
                case 0 -> request.delete(path + "/categories/{id}", category);
                case 1 ->
                    request.contentType("application/json")
                            .body(Map.of("title", "T"))
                            .patch(path);
                default ->
                    request.contentType("application/json")
                            .body(Map.of("title", "T", "content", "C", "categories", List.of()))
                            .put(path);
            };
        });

        assertEquals(
                (int) before.get(0).get(0) + 1,
                Database.rows("select version from posts where id = ?", post)
                        .get(0)
                        .get(0));
    }

    @Test
    void conditionalDeletionDoesNotLoseAConcurrentEdit() {
        String path = "/posts/" + ada.post("Deleted or written");
        String tag = given().get(path).header("ETag");

        List<Integer> statuses = Race.run(
                SOME,
                i -> (i % 2 == 0
                                ? ada.request().header("If-Match", tag).delete(path)
                                : ada.request("{\"title\": \"Written\"}")
                                        .header("If-Match", tag)
                                        .patch(path))
                        .statusCode());

        boolean deleted = statuses.contains(204);
        assertEquals(1, Collections.frequency(statuses, deleted ? 204 : 200), statuses::toString);
        assertEquals(SOME - 1, Collections.frequency(statuses, deleted ? 404 : 412), statuses::toString);
        given().get(path).then().statusCode(deleted ? 404 : 200);
    }

    @Test
    void concurrentConditionalPutsOfAnAddressHaveOneWinner() {
        Account eve = Account.register();
        String path = "/users/" + eve.id() + "/address";

        Response won = winner(
                201,
                Race.run(
                        SOME,
                        i -> eve.request(ADDRESS.formatted(i))
                                .header("If-None-Match", "*")
                                .put(path)));

        assertEquals(won.asString(), eve.request().get(path).asString());
    }

    @Test
    void concurrentConditionalPutsOfACategoryHaveOneWinner() {
        String name = "Named by many " + System.nanoTime();

        Response won = winner(
                201,
                Race.run(SOME, i -> ada.request().header("If-None-Match", "*").put("/categories/named/{name}", name)));

        assertEquals(1, Database.count("select count(*) from categories where name = ?", name));
        assertEquals(won.asString(), given().get(won.header("Location")).asString());
    }

    @Test
    void concurrentConditionalPutsOfALinkHaveOneWinner() {
        int category = ada.category("Linked by one");
        int post = ada.post("Linked by one");

        winner(
                204,
                Race.run(
                        SOME,
                        i -> ada.request()
                                .header("If-None-Match", "*")
                                .put("/posts/{post}/categories/{category}", post, category)));

        assertEquals(Set.of(category), Database.links(post).keySet());
    }

    private interface Edit {
        Response send(int client, String tag);
    }

    /** Returns the response to the successful edit. All clients have read this path before any of them edits it. */
    private static Response race(int clients, String path, Edit edit) {
        List<String> tags =
                Race.run(clients, i -> Account.admin().request().get(path).header("ETag"));
        assertEquals(1, Set.copyOf(tags).size());
        List<Response> answers = Race.run(clients, i -> edit.send(i, tags.get(i)));
        return winner(answers.stream().anyMatch(answer -> answer.statusCode() == 204) ? 204 : 200, answers);
    }

    /** Returns the only response with this status; all others have failed their precondition. */
    private static Response winner(int status, List<Response> answers) {
        Map<Integer, Integer> statuses = new HashMap<>();
        answers.forEach(answer -> statuses.merge(answer.statusCode(), 1, Integer::sum));
        assertEquals(Map.of(status, 1, 412, answers.size() - 1), statuses);
        return answers.stream()
                .filter(answer -> answer.statusCode() == status)
                .findFirst()
                .orElseThrow();
    }
}
