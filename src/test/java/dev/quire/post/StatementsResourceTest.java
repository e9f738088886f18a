package dev.quire.post;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.References;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many statements a request runs: so many, however many rows it concerns. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class StatementsResourceTest {
    private static final int ROWS = 50;

    private static Account ada;
    private static List<Integer> categories;

    @BeforeEach
    void fill() {
        if (ada == null) {
            ada = Account.register();
            categories = ada.categories("Statements", 20);
            for (int i = 0; i < ROWS; i++) {
                ada.post("Counted " + i, categories.subList(0, 1 + i % 5));
            }
            for (int i = 0; i < 5; i++) {
                Account user = Account.register();
                user.request("{\"street\": \"s\", \"city\": \"c\", \"country\": \"c\"}")
                        .put("/users/{id}/address", user.id())
                        .then()
                        .statusCode(201);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/posts",
                "/users/ADA/posts",
                "/categories/CATEGORY/posts",
                "/categories",
                "/users",
                "/addresses",
                "/addresses?include=user"
            })
    void aPageCostsTwoWhateverItsLength(String list) {
        String to = list.replace("ADA", String.valueOf(ada.id()))
                .replace("CATEGORY", categories.get(0).toString());
        String limited = to + (to.contains("?") ? "&" : "?") + "limit=";

        long few = statements(() -> Account.admin().request().get(limited + 2));
        long many = statements(() -> Account.admin().request().get(limited + ROWS));

        assertEquals(few, many);
        assertTrue(many <= 2, () -> many + " statements");
    }

    @Test
    void aPostCostsOneWhateverTheNumberOfItsCategories() {
        int one = ada.post("One", categories.subList(0, 1));
        int twenty = ada.post("Twenty", categories);

        assertEquals(1, statements(() -> given().get("/posts/{id}", one)));
        assertEquals(1, statements(() -> given().get("/posts/{id}", twenty)));
        assertEquals(1, statements(() -> given().get("/posts/{id}/categories", twenty)));
    }

    @Test
    void publishingCostsTheSameWhateverTheNumberOfItsCategories() {
        assertEquals(
                statements(publish(References.ids(categories.subList(0, 2)))),
                statements(publish(References.ids(categories))));
        assertEquals(
                statements(publish(References.names("Statements 01", "Statements 02"))),
                statements(publish(References.names(names("Statements")))));
        assertEquals(
                statements(publish(References.names("Made 1"))),
                statements(publish(References.names(names("Made by the dozen")))));
    }

    @Test
    void replacingCostsTheSameWhateverTheNumberOfLinks() {
        int post = ada.post("Replaced", categories.subList(0, 10));
        int other = ada.post("Replaced too", categories.subList(0, 1));

        long all = statements(replace(post, categories.subList(10, 20)));
        long one = statements(replace(other, categories.subList(1, 2)));
        long none = statements(replace(other, categories.subList(1, 2)));

        assertEquals(one, all);
        assertTrue(none < one, () -> "nothing differs, and it takes " + none);
    }

    private static String[] names(String prefix) {
        return IntStream.rangeClosed(1, 20)
                .mapToObj(number -> "%s %02d".formatted(prefix, number))
                .toArray(String[]::new);
    }

    private static Supplier<Response> publish(String references) {
        return () -> ada.request("{\"title\": \"t\", \"content\": \"c\", \"categories\": %s}".formatted(references))
                .post("/posts");
    }

    private static Supplier<Response> replace(int post, List<Integer> ids) {
        return () -> ada.request(References.ids(ids)).put("/posts/{id}/categories", post);
    }

    private static long statements(Supplier<Response> request) {
        long before = Database.statements();
        Response answer = request.get();
        long after = Database.statements();
        assertTrue(answer.statusCode() < 300, answer::asString);
        return after - before;
    }
}
