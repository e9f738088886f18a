package dev.quire.post;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.References;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class CategoriesOfPostResourceTest {
    private static Account ada;

    @BeforeEach
    void register() {
        if (ada == null) {
            ada = Account.register();
        }
    }

    @Test
    void linkingOneCategoryKeepsTheOthers() {
        int post = ada.post("Linked");
        int java = ada.category("Linking Java");
        int sql = ada.category("Linking SQL");

        ada.request()
                .put("/posts/{post}/categories/{category}", post, java)
                .then()
                .statusCode(204);
        ada.request()
                .put("/posts/{post}/categories/{category}", post, sql)
                .then()
                .statusCode(204);

        given().get("/posts/{post}/categories", post)
                .then()
                .statusCode(200)
                .body("id", contains(java, sql))
                .body("[0].name", equalTo("Linking Java"));
    }

    @Test
    void categoriesAreSortedByCollatedName() {
        int post = ada.post("Sorted");

        ada.request(References.names("sort b", "Sort C", "sort ä", "Sort A", "sort z"))
                .put("/posts/{post}/categories", post)
                .then()
                .statusCode(200)
                .body("name", contains("Sort A", "sort ä", "sort b", "Sort C", "sort z"));
    }

    @Test
    void replacingReturnsTheNextRead() {
        List<Integer> three = ada.categories("Exactly", 3);
        int post = ada.post("Replaced", three.subList(0, 2));

        var replaced = ada.request(References.ids(three.get(2), three.get(1))).put("/posts/{post}/categories", post);

        replaced.then()
                .statusCode(200)
                .body("id", equalTo(three.subList(1, 3)))
                .body("[0].keySet()", containsInAnyOrder("id", "name"));
        assertEquals(
                replaced.asString(),
                given().get("/posts/{post}/categories", post).asString());
        given().get("/posts/{post}", post)
                .then()
                .body("categories", equalTo(replaced.jsonPath().getList("")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"id\": 1}", "\"x\"", "null", "7"})
    void bodyOtherThanAnArrayIsRefused(String body) {
        int post = ada.post("Kept", ada.categories("Array", 1));

        ada.request(body)
                .put("/posts/{post}/categories", post)
                .then()
                .statusCode(422)
                .body("errors.pointer", contains(""));

        given().get("/posts/{post}/categories", post).then().body("", hasSize(1));
    }

    @Test
    void linkingAgainChangesNothing() {
        List<Integer> two = ada.categories("Again", 2);
        int post = ada.post("Linked", two);
        String before = given().get("/posts/{post}", post).asString();
        Map<Integer, List<Object>> links = Database.links(post);

        ada.request()
                .put("/posts/{post}/categories/{category}", post, two.get(0))
                .then()
                .statusCode(204)
                .body(equalTo(""));

        assertEquals(before, given().get("/posts/{post}", post).asString());
        assertEquals(links, Database.links(post));
    }

    @Test
    void unlinkingKeepsOtherLinksAndIsRepeatable() {
        List<Integer> three = ada.categories("Unlinking", 3);
        int post = ada.post("Linked", three);
        int other = ada.post("Other", three);
        Map<Integer, List<Object>> links = Database.links(post);
        Map<Integer, List<Object>> others = Database.links(other);

        for (int time = 0; time < 2; time++) {
            ada.request()
                    .delete("/posts/{post}/categories/{category}", post, three.get(1))
                    .then()
                    .statusCode(204)
                    .body(equalTo(""));
        }

        links.remove(three.get(1));
        assertEquals(links, Database.links(post));
        assertEquals(others, Database.links(other));
        given().get("/categories/{category}", three.get(1)).then().statusCode(200);
    }

    @Test
    void missingCategoryCannotBeLinkedAndIsUnlinkedAlready() {
        int post = ada.post("Linked", ada.categories("There", 1));
        Map<Integer, List<Object>> links = Database.links(post);

        ada.request()
                .put("/posts/{post}/categories/{category}", post, Long.MAX_VALUE)
                .then()
                .statusCode(404)
                .contentType("application/problem+json");
        ada.request()
                .delete("/posts/{post}/categories/{category}", post, Long.MAX_VALUE)
                .then()
                .statusCode(204);

        assertEquals(links, Database.links(post));
    }

    @Test
    void twentyFirstCategoryIsRefused() {
        List<Integer> twenty = ada.categories("Full", 20);
        int post = ada.post("Full", twenty);

        ada.request()
                .put("/posts/{post}/categories/{category}", post, ada.category("Full 21"))
                .then()
                .statusCode(422)
                .contentType("application/problem+json");

        given().get("/posts/{post}/categories", post).then().body("id", equalTo(twenty));
    }

    @Test
    void dryRunReportsTheLinkAndKeepsIt() {
        List<Integer> two = ada.categories("Dry", 2);
        int post = ada.post("Linked", two.subList(0, 1));
        Map<Integer, List<Object>> links = Database.links(post);

        ada.request()
                .delete("/posts/{post}/categories/{category}?dryRun=true", post, two.get(0))
                .then()
                .statusCode(200)
                .body("deleted", empty())
                .body("unlinked.count", contains(1))
                .body("reassigned", empty());
        ada.request()
                .delete("/posts/{post}/categories/{category}?dryRun=true", post, two.get(1))
                .then()
                .statusCode(200)
                .body("unlinked", empty());

        assertEquals(links, Database.links(post));
    }
}
