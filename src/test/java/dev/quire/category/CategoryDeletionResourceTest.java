package dev.quire.category;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deletions of categories, and their effect on links. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class CategoryDeletionResourceTest {
    private static Account ada;

    @BeforeEach
    void register() {
        if (ada == null) {
            ada = Account.register();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?onDelete=unlink", "?dryRun=false"})
    void deletionRemovesLinksAndKeepsPosts(String query) {
        List<Integer> two = ada.categories("Deleted", 2);
        int post = ada.post("Stays", two);
        int other = ada.post("Stays too", two.subList(0, 1));
        Map<Integer, List<Object>> links = Database.links(post);

        Account.admin()
                .request()
                .delete("/categories/{id}" + query, two.get(0))
                .then()
                .statusCode(204)
                .body(equalTo(""));

        given().get("/categories/{id}", two.get(0)).then().statusCode(404);
        given().get("/posts/{post}/categories", post).then().body("id", contains(two.get(1)));
        given().get("/posts/{post}", other).then().statusCode(200).body("categories", empty());
        links.remove(two.get(0));
        assertEquals(links, Database.links(post));
        Account.admin().request().delete("/categories/{id}", two.get(0)).then().statusCode(404);
    }

    @Test
    void restrictRefusesACategoryWithPosts() {
        int category = ada.category("Restricted");
        int post = ada.post("Filed", List.of(category));
        ada.post("Filed too", List.of(category));

        for (String query : List.of("?onDelete=restrict", "?onDelete=restrict&dryRun=true")) {
            Account.admin()
                    .request()
                    .delete("/categories/{id}" + query, category)
                    .then()
                    .statusCode(409)
                    .contentType("application/problem+json")
                    .body("type", endsWith("in-use"))
                    .body("relations", hasSize(1))
                    .body("relations[0].relation", equalTo("posts"))
                    .body("relations[0].count", equalTo(2))
                    .body("relations[0].href", equalTo("/categories/" + category + "/posts"))
                    .body("policies", hasItem("unlink"));
        }
        given().get("/posts/{post}/categories", post).then().body("id", contains(category));
    }

    @Test
    void restrictKeepsACategoryThatConcurrentlyGetsAPost() {
        for (int round = 0; round < 20; round++) {
            int category = ada.category("Raced " + round);
            String post = "{\"title\": \"T\", \"content\": \"C\", \"categories\": [{\"id\": %d}]}".formatted(category);

            List<Integer> answers = Race.run(List.of(
                    () -> ada.request(post).post("/posts").statusCode(),
                    () -> Account.admin()
                            .request()
                            .delete("/categories/{id}?onDelete=restrict", category)
                            .statusCode()));

            assertTrue(
                    Set.of(List.of(201, 409), List.of(422, 204), List.of(503, 204))
                            .contains(answers),
                    answers::toString);
        }
    }

    @Test
    void restrictDeletesACategoryWithoutPosts() {
        int category = ada.category("Empty");

        Account.admin()
                .request()
                .delete("/categories/{id}?onDelete=restrict", category)
                .then()
                .statusCode(204);

        given().get("/categories/{id}", category).then().statusCode(404);
    }

    @Test
    void dryRunReportsLinksAndDeletesNothing() {
        int category = ada.category("Dry run");
        int post = ada.post("Filed", List.of(category));
        ada.post("Filed too", List.of(category));

        Account.admin()
                .request()
                .delete("/categories/{id}?dryRun=true", category)
                .then()
                .statusCode(200)
                .body("deleted.relation", contains("categories"))
                .body("deleted.count", contains(1))
                .body("unlinked.relation", contains("posts"))
                .body("unlinked.count", contains(2))
                .body("unlinked.href", contains("/categories/" + category + "/posts"))
                .body("reassigned", empty());

        given().get("/categories/{id}", category).then().statusCode(200);
        given().get("/posts/{post}/categories", post).then().body("id", contains(category));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "onDelete=cascade",
                "onDelete=reassign:1",
                "onDelete=",
                "onDelete=UNLINK",
                "dryRun=yes",
                "dryRun="
            })
    void invalidPolicyIsMalformed(String query) {
        int category = ada.category("Spared");

        Account.admin()
                .request()
                .delete("/categories/{id}?" + query, category)
                .then()
                .statusCode(400)
                .body("errors.parameter", contains(query.substring(0, query.indexOf('='))));

        given().get("/categories/{id}", category).then().statusCode(200);
    }

    @Test
    void dryRunRequiresAnAdmin() {
        int category = ada.category("Not for everyone");

        ada.request().delete("/categories/{id}?dryRun=true", category).then().statusCode(403);
        given().delete("/categories/{id}?dryRun=true", category).then().statusCode(401);
    }
}
