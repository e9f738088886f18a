package dev.quire.user;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
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
import io.restassured.response.ValidatableResponse;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class UserDeletionResourceTest {
    private static final String POST = "{\"title\": \"Raced\", \"content\": \"Content\"}";

    @Test
    void deletingAUserWithoutPostsDeletesTheAddress() {
        Account ada = Account.register();
        int address = giveAddress(ada);

        delete(ada, ada, null).statusCode(204);

        given().get("/users/{id}", ada.id()).then().statusCode(404);
        assertEquals(0, users(ada));
        assertEquals(0, Database.count("select count(*) from addresses where id = ?", address));
    }

    @Test
    void onlyAdminsMayDeleteOtherUsers() {
        Account ada = Account.register();

        delete(Account.register(), ada, null).statusCode(403);
        delete(Account.register(), ada, "cascade").statusCode(403);
        given().delete("/users/{id}", ada.id()).then().statusCode(401).header("WWW-Authenticate", startsWith("Bearer"));
        assertEquals(1, users(ada));

        delete(Account.admin(), ada, null).statusCode(204);
        assertEquals(0, users(ada));
        delete(Account.admin(), ada, null).statusCode(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "restrict"})
    void restrictRefusesAUserWithPosts(String policy) {
        Account ada = Account.register();
        int address = giveAddress(ada);
        ada.post("First");
        ada.post("Second");

        String href = delete(ada, ada, policy.isEmpty() ? null : policy)
                .statusCode(409)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:quire:problem:in-use"))
                .body("relations.relation", contains("posts"))
                .body("relations.count", contains(2))
                .body("policies", contains("cascade", "reassign:{id}"))
                .extract()
                .path("relations[0].href");

        given().get(href).then().statusCode(200).body("", hasSize(2));
        ada.request()
                .get("/users/{id}/address", ada.id())
                .then()
                .statusCode(200)
                .body("id", equalTo(address));
    }

    @Test
    void cascadeDeletesThePostsAndKeepsTheirCategories() {
        Account ada = Account.register();
        Account other = Account.register();
        int category = ada.category("Cascading");
        int post = ada.post("Deleted");
        int others = other.post("Kept");
        ada.request()
                .put("/posts/{post}/categories/{category}", post, category)
                .then()
                .statusCode(204);

        delete(ada, ada, "cascade").statusCode(204);

        given().get("/posts/{id}", post).then().statusCode(404);
        given().get("/posts/{id}", others).then().statusCode(200);
        given().get("/categories/{id}", category).then().statusCode(200);
        assertEquals(0, users(ada));
        assertEquals(0, Database.count("select count(*) from post_categories where post_id = ?", post));
    }

    @Test
    void reassignGivesThePostsAndTheirCategoriesToTheNewOwner() {
        Account ada = Account.register();
        Account newOwner = Account.register();
        int category = ada.category("Inherited");
        int post = ada.post("Inherited");
        ada.request()
                .put("/posts/{post}/categories/{category}", post, category)
                .then()
                .statusCode(204);

        delete(ada, ada, "reassign:" + newOwner.id()).statusCode(204);

        given().get("/posts/{id}", post)
                .then()
                .statusCode(200)
                .body("author.id", equalTo((int) newOwner.id()))
                .body("categories.id", contains(category));
        newOwner.request("{\"title\": \"Mine now\"}")
                .patch("/posts/{id}", post)
                .then()
                .statusCode(200);
        assertEquals(0, users(ada));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "CASCADE",
                "cascade:7",
                "unlink",
                "delete",
                "reassign",
                "reassign:",
                "reassign:0",
                "reassign:-1",
                "reassign:x",
                "reassign:01",
                "reassign:9223372036854775807",
                "reassign:99999999999999999999",
                "reassign:self"
            })
    void invalidPolicyIsRefused(String policy) {
        Account ada = Account.register();
        int post = ada.post("Kept");

        delete(ada, ada, policy.replace("self", "" + ada.id()))
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors.parameter", contains("onDelete"));

        given().get("/posts/{id}", post).then().statusCode(200).body("author.id", equalTo((int) ada.id()));
    }

    @Test
    void dryRunReportsCascadeAndChangesNothing() throws SQLException {
        Account ada = newAdmin();
        Account made = Account.register();
        Database.execute("update users set created_by_id = ? where id = ?", ada.id(), made.id());
        giveAddress(ada);
        int post = ada.post("Kept");
        String before = ada.request().get("/users/{id}", ada.id()).asString();

        dryRun(ada, "cascade")
                .body("deleted.relation", contains("users", "addresses", "posts"))
                .body("deleted.count", contains(1, 1, 1))
                .body("deleted[2].href", equalTo("/users/" + ada.id() + "/posts"))
                .body("unlinked.relation", contains("createdBy"))
                .body("unlinked.count", contains(1))
                .body("reassigned", hasSize(0));

        assertEquals(before, ada.request().get("/users/{id}", ada.id()).asString());
        given().get("/posts/{id}", post).then().statusCode(200);
        made.request().get("/users/{id}", made.id()).then().body("createdBy.id", equalTo((int) ada.id()));
    }

    @Test
    void dryRunReportsReassignAndChangesNothing() {
        Account ada = Account.register();
        Account newOwner = Account.register();
        int post = ada.post("Kept");

        dryRun(ada, "reassign:" + newOwner.id())
                .body("deleted.relation", contains("users"))
                .body("unlinked", hasSize(0))
                .body("reassigned.relation", contains("posts"))
                .body("reassigned.count", contains(1));

        given().get("/posts/{id}", post).then().body("author.id", equalTo((int) ada.id()));
        assertEquals(1, users(ada));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yes", "TRUE", "1"})
    void invalidDryRunFlagIsRefused(String dryRun) {
        Account ada = Account.register();

        ada.request()
                .queryParam("dryRun", dryRun)
                .delete("/users/{id}", ada.id())
                .then()
                .statusCode(400)
                .body("errors.parameter", contains("dryRun"));

        assertEquals(1, users(ada));
    }

    @Test
    void usersCreatedByADeletedAdminHaveNoCreator() throws SQLException {
        Account maker = newAdmin();
        String email = "made-by-" + maker.email();
        int made = maker.request("{\"email\": \"%s\", \"name\": \"Grace\", \"password\": \"%s\"}"
                        .formatted(email, Account.PASSWORD))
                .post("/users")
                .then()
                .statusCode(201)
                .body("createdBy.id", equalTo((int) maker.id()))
                .extract()
                .path("id");

        delete(maker, maker, null).statusCode(204);

        Account.admin()
                .request()
                .get("/users/{id}", made)
                .then()
                .statusCode(200)
                .body("createdBy", nullValue());
    }

    @Test
    void tokenOfADeletedUserIsRefused() {
        Account ada = Account.register();
        delete(ada, ada, null).statusCode(204);

        ada.request()
                .get("/authentication")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", equalTo("Bearer error=\"invalid_token\""));
        ada.request(POST)
                .post("/posts")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", equalTo("Bearer error=\"invalid_token\""));
        given().contentType("application/json")
                .body("{\"email\": \"%s\", \"password\": \"%s\"}".formatted(ada.email(), Account.PASSWORD))
                .post("/authentication/log-in")
                .then()
                .statusCode(401);
    }

    @Test
    void emailOfADeletedUserCanBeRegistered() {
        Account ada = Account.register();
        delete(ada, ada, null).statusCode(204);

        given().contentType("application/json")
                .body("{\"email\": \"%s\", \"name\": \"Ada\", \"password\": \"%s\"}"
                        .formatted(ada.email(), Account.PASSWORD))
                .post("/authentication/register")
                .then()
                .statusCode(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cascade", "reassign"})
    void deletingAPostingUserIsAtomic(String policy) {
        Account newOwner = Account.register();
        for (int round = 0; round < 10; round++) {
            Account ada = Account.register();
            ada.post("Before");
            String onDelete = policy.equals("reassign") ? "reassign:" + newOwner.id() : policy;
            var runners = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < 8; i++) {
                runners.add(() -> ada.request(POST).post("/posts").statusCode());
            }
            runners.add(4, () -> delete(ada, ada, onDelete).extract().statusCode());

            List<Integer> answers = Race.run(runners);

            assertEquals(204, answers.remove(4));
            assertTrue(Set.of(201, 401).containsAll(answers), answers::toString);
            assertEquals(0, users(ada));
            assertEquals(0, Database.count("select count(*) from posts where author_id = ?", ada.id()));
        }
    }

    @Test
    void concurrentDeletionsOfUsersDeleteTheirAddresses() {
        List<Account> leaving =
                IntStream.range(0, 12).mapToObj(i -> Account.register()).toList();
        for (int round = 0; round < 3; round++) {
            List<Integer> addresses =
                    leaving.stream().map(UserDeletionResourceTest::giveAddress).toList();
            String path = round < 2 ? "/users/{id}/address" : "/users/{id}";

            List<Integer> answers = Race.run(
                    leaving.size(),
                    i -> leaving.get(i)
                            .request()
                            .delete(path, leaving.get(i).id())
                            .statusCode());

            assertEquals(Set.of(204), Set.copyOf(answers));
            addresses.forEach(
                    address -> assertEquals(0, Database.count("select count(*) from addresses where id = ?", address)));
        }
        leaving.forEach(user -> assertEquals(0, users(user)));
    }

    @Test
    void deletingAPostingUserSucceedsOrIsRefused() {
        for (int round = 0; round < 20; round++) {
            Account ada = Account.register();

            List<Integer> answers = Race.run(List.of(
                    () -> ada.request(POST).post("/posts").statusCode(),
                    () -> delete(ada, ada, null).extract().statusCode()));

            assertTrue(Set.of(List.of(201, 409), List.of(401, 204)).contains(answers), answers::toString);
            assertEquals(answers.contains(204) ? 0 : 1, users(ada));
        }
    }

    private static ValidatableResponse delete(Account caller, Account user, String onDelete) {
        var request = caller.request();
        if (onDelete != null) {
            request.queryParam("onDelete", onDelete);
        }
        return request.delete("/users/{id}", user.id()).then();
    }

    private static ValidatableResponse dryRun(Account caller, String onDelete) {
        return caller.request()
                .queryParam("dryRun", true)
                .queryParam("onDelete", onDelete)
                .delete("/users/{id}", caller.id())
                .then()
                .statusCode(200);
    }

    /** Creates an admin that may be deleted without harm to other tests. */
    private static Account newAdmin() throws SQLException {
        Account user = Account.register();
        Database.execute("update users set admin = true where id = ?", user.id());
        return user.renew();
    }

    private static int giveAddress(Account user) {
        return user.request("{\"street\": \"1\", \"city\": \"London\", \"country\": \"United Kingdom\"}")
                .put("/users/{id}/address", user.id())
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static long users(Account user) {
        return Database.count("select count(*) from users where id = ?", user.id());
    }
}
