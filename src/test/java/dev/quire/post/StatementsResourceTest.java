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

/** The number of statements of a request, which does not depend on the number of rows. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class StatementsResourceTest {
    private static final int ROWS = 50;

    private static Account ada;
    private static List<Integer> categories;
    private static int post;
    private static int address;

    @BeforeEach
    void fill() {
        if (ada == null) {
            ada = Account.create();
            address = ada.request().get("/users/{id}/address", ada.id()).path("id");
            categories = ada.categories("Statements", 20);
            for (int i = 0; i < ROWS; i++) {
                post = ada.post("Counted " + i, categories.subList(0, 1 + i % 5));
            }
            for (int i = 0; i < 5; i++) {
                Account.create();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/posts",
                "/posts?include=",
                "/posts?include=author.posts,categories.posts",
                "/posts?fields=id,title",
                "/posts?fields=author.posts.title,categories.postCount",
                "/posts?sort=title",
                "/posts?author=ADA&category=CATEGORY&categoryNone=999999999&q=counted&createdAfter=2020-01-01T00:00:00Z",
                "/users/ADA/posts",
                "/users/ADA/posts?sort=-title&include=author.posts",
                "/categories/CATEGORY/posts",
                "/categories/CATEGORY/posts?include=categories.posts",
                "/categories",
                "/categories?include=posts.author,posts.categories",
                "/users",
                "/users?include=address.user,createdBy.posts,posts.author,posts.categories",
                "/users?sort=-name&createdAfter=2020-01-01T00:00:00Z",
                "/addresses",
                "/addresses?include=user.posts"
            })
    void pageOfAnyLengthTakesOneStatementAndTwoWithItsCount(String list) {
        String to = filled(list);
        String limited = to + (to.contains("?") ? "&" : "?") + "limit=";

        assertEquals(1, statements(() -> Account.admin().request().get(limited + 2)));
        assertEquals(1, statements(() -> Account.admin().request().get(limited + ROWS)));
        assertEquals(
                2,
                statements(() -> Account.admin()
                        .request()
                        .header("Prefer", "count=exact")
                        .get(limited + ROWS)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/users/ADA/posts", "/categories/CATEGORY/posts"})
    void emptyPageTakesAnotherStatementToFindItsOwner(String list) {
        String none = filled(list) + "?q=nothing";

        assertEquals(2, statements(() -> given().get(none)));
        assertEquals(3, statements(() -> given().header("Prefer", "count=exact").get(none)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/posts/POST",
                "/posts/POST?include=",
                "/posts/POST?include=author.posts,categories.posts",
                "/posts/POST?fields=author.posts.title,categories.posts.title",
                "/posts/POST?include=comments.author,categories",
                "/posts/POST/categories",
                "/posts/POST/categories?include=posts.author,posts.categories",
                "/users/ADA",
                "/users/ADA?include=address.user,createdBy.posts,posts.author,posts.categories",
                "/users/ADA?fields=posts.categories.name,postCount",
                "/users/ADA/address",
                "/users/ADA/address?include=user.posts",
                "/addresses/ADDRESS",
                "/addresses/ADDRESS?include=user.posts",
                "/categories/CATEGORY",
                "/categories/CATEGORY?include=posts.author,posts.categories",
                "/authentication",
                "/authentication?include=address.user,createdBy.posts,posts.author,posts.categories"
            })
    void singleResourceTakesOneStatementWithAnyEmbedding(String path) {
        assertEquals(1, statements(() -> ada.request().get(filled(path))));
    }

    @Test
    void postTakesOneStatementForAnyNumberOfCategories() {
        int one = ada.post("One", categories.subList(0, 1));
        int twenty = ada.post("Twenty", categories);

        assertEquals(1, statements(() -> given().get("/posts/{id}", one)));
        assertEquals(1, statements(() -> given().get("/posts/{id}", twenty)));
        assertEquals(1, statements(() -> given().get("/posts/{id}/categories", twenty)));
    }

    @Test
    void verifyingATokenTakesNoStatement() {
        long before = Database.statements();
        ada.request().get("/posts?limit=0").then().statusCode(400);
        ada.request().get("/users").then().statusCode(403);
        given().auth().oauth2(ada.token() + "x").get("/authentication").then().statusCode(401);
        given().get("/authentication").then().statusCode(401);

        assertEquals(before, Database.statements());
    }

    private static String filled(String path) {
        return path.replace("ADA", "" + ada.id())
                .replace("POST", "" + post)
                .replace("ADDRESS", "" + address)
                .replace("CATEGORY", "" + categories.get(0));
    }

    @Test
    void publishingTakesTheSameForAnyNumberOfCategories() {
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
    void replacingTakesTheSameForAnyNumberOfLinks() {
        int post = ada.post("Replaced", categories.subList(0, 10));
        int other = ada.post("Replaced too", categories.subList(0, 1));

        long all = statements(replace(post, categories.subList(10, 20)));
        long one = statements(replace(other, categories.subList(1, 2)));
        long none = statements(replace(other, categories.subList(1, 2)));

        assertEquals(one, all);
        assertTrue(none < one, () -> "nothing differs, but it takes " + none);
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
        // Renewing a token takes statements too.
        Account.admin().token();
        ada.token();
        long before = Database.statements();
        Response answer = request.get();
        long after = Database.statements();
        assertTrue(answer.statusCode() < 300, answer::asString);
        return after - before;
    }
}
