package dev.quire.post;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The posts of an author and of a category. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class InversePostsResourceTest {
    private static Account ada;
    private static Account bob;
    private static List<Integer> two;
    private static int first;
    private static int second;
    private static int third;

    @BeforeEach
    void publish() {
        if (ada == null) {
            ada = Account.register();
            bob = Account.register();
            two = ada.categories("Inverse", 2);
            first = ada.post("Inverse first", two);
            second = bob.post("Inverse second", two.subList(0, 1));
            third = ada.post("Inverse third");
        }
    }

    @Test
    void aUserHasTheirPostsNewestFirst() {
        given().get("/users/{id}/posts", ada.id()).then().statusCode(200).body("id", contains(third, first));
        given().get("/users/{id}/posts", bob.id()).then().statusCode(200).body("id", contains(second));
    }

    @Test
    void aCategoryHasThePostsOfAllAuthorsNewestFirst() {
        given().get("/categories/{id}/posts", two.get(0)).then().statusCode(200).body("id", contains(second, first));
        given().get("/categories/{id}/posts", two.get(1)).then().statusCode(200).body("id", contains(first));
        given().get("/categories/{id}/posts", ada.category("Inverse without posts"))
                .then()
                .statusCode(200)
                .body("", empty());
    }

    @Test
    void listedPostEqualsThePostReadAlone() {
        Object alone = given().get("/posts/{id}", first).jsonPath().get("");

        given().get("/users/{id}/posts", ada.id()).then().body("[1]", equalTo(alone));
        // With all of its categories, not only the one of the page.
        given().get("/categories/{id}/posts", two.get(1)).then().body("[0]", equalTo(alone));
        given().get("/posts?limit=100").then().body("find { it.id == %d }".formatted(first), equalTo(alone));
    }

    @Test
    void allPostsAreListedNewestFirst() {
        int newest = bob.post("Inverse newest");

        given().get("/posts?limit=1").then().statusCode(200).body("id", contains(newest));
        bob.request().delete("/posts/{id}", newest).then().statusCode(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/posts", "/users/ADA/posts", "/categories/CATEGORY/posts", "/posts/FIRST"})
    void authorHasIdAndNameForEveryReader(String path) {
        String to = path.replace("ADA", String.valueOf(ada.id()))
                .replace("CATEGORY", two.get(0).toString())
                .replace("FIRST", String.valueOf(first));

        for (var reader :
                List.of(given(), ada.request(), bob.request(), Account.admin().request())) {
            String members =
                    path.endsWith("posts") ? "author.collect { it.keySet() }.flatten().unique()" : "author.keySet()";
            reader.get(to).then().statusCode(200).body(members, containsInAnyOrder("id", "name"));
        }
    }

    @Test
    void deletedLinkIsGoneOnBothSides() {
        int category = ada.category("Inverse unlinked");
        int post = ada.post("Inverse linked", List.of(category));
        given().get("/categories/{id}/posts", category).then().body("id", contains(post));

        ada.request()
                .delete("/posts/{id}/categories/{category}", post, category)
                .then()
                .statusCode(204);

        given().get("/categories/{id}/posts", category).then().statusCode(200).body("", empty());
        ada.request().delete("/posts/{id}", post).then().statusCode(204);
        assertEquals(200, given().get("/categories/{id}/posts", category).statusCode());
    }
}
