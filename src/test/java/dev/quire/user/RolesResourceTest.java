package dev.quire.user;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class RolesResourceTest {
    private static final String ADMIN = "[\"user\", \"admin\"]";
    private static final String USER = "[\"user\"]";

    @Test
    void grantedAdminRoleTakesEffectWithTheNextToken() {
        Account ada = Account.register();

        set(Account.admin().token(), ada, ADMIN)
                .then()
                .statusCode(200)
                .body("id", equalTo((int) ada.id()))
                .body("roles", contains("admin", "user"));

        assertEquals(403, users(ada.token()));
        assertEquals(200, users(Account.logIn(ada.email(), Account.PASSWORD)));
    }

    @Test
    void lastAdminCannotBeRemoved() throws SQLException {
        Account last = Account.admin();
        Account before = admin();
        Database.execute("update users set admin = false where id <> ?", last.id());

        for (String query : List.of("", "?dryRun=true", "?onDelete=cascade")) {
            delete(last, last, query).spec(problem(409)).body("type", equalTo("urn:quire:problem:last-admin"));
        }
        delete(last, before, "").statusCode(204);
        assertEquals(1, Database.count("select count(*) from users where admin"));
    }

    @Test
    void mutualAdminDeletionsHaveOneWinner() throws Exception {
        Account first = Account.admin();
        try {
            for (int round = 0; round < 10; round++) {
                List<Account> two = List.of(loggedIn(admin()), loggedIn(admin()));
                Database.execute(
                        "update users set admin = false where id not in (?, ?)",
                        two.get(0).id(),
                        two.get(1).id());

                List<Integer> statuses = Race.run(
                        2, i -> delete(two.get(i), two.get(1 - i), "").extract().statusCode());

                assertEquals(1, Collections.frequency(statuses, 204), statuses::toString);
                // An admin who is deleted early enough has no token any more.
                assertTrue(statuses.contains(409) || statuses.contains(401), statuses::toString);
                assertEquals(1, Database.count("select count(*) from users where admin"));
            }
        } finally {
            Database.execute("update users set admin = true where id = ?", first.id());
            // The existing tokens had the role before it was revoked; times in tokens are whole seconds.
            Thread.sleep(1100);
            Account.forgetAdmin();
        }
    }

    /** Returns a token with the current roles. */
    private static Account loggedIn(Account account) {
        return new Account(account.id(), account.email(), account.name());
    }

    @Test
    void batchCannotDeleteAllAdmins() throws SQLException {
        Account last = Account.admin();
        Account other = admin();
        Database.execute("update users set admin = false where id not in (?, ?)", last.id(), other.id());

        last.request("""
                [{"method": "DELETE", "path": "/users/%d"}, {"method": "DELETE", "path": "/users/%d"}]
                """.formatted(other.id(), last.id()))
                .post("/batch")
                .then()
                .spec(problem(409))
                .body("type", equalTo("urn:quire:problem:last-admin"));

        assertEquals(2, Database.count("select count(*) from users where admin"));
    }

    private static ValidatableResponse delete(Account caller, Account user, String query) {
        return caller.request().delete("/users/{id}" + query, user.id()).then();
    }

    @Test
    void revokedRoleIsLostImmediately() {
        Account ada = Account.register();
        set(Account.admin().token(), ada, ADMIN);
        String token = Account.logIn(ada.email(), Account.PASSWORD);
        assertEquals(200, users(token));

        set(Account.admin().token(), ada, USER).then().statusCode(200).body("roles", contains("user"));

        assertEquals(403, users(token));
        // The permissions of every user remain.
        given().auth().oauth2(token).get("/authentication").then().statusCode(200);
        given().auth()
                .oauth2(token)
                .get("/users/{id}", Account.admin().id())
                .then()
                .body("email", equalTo(null));
    }

    @Test
    void roleRevokedBySqlIsLost() throws Exception {
        Account ada = admin();
        String token = Account.logIn(ada.email(), Account.PASSWORD);
        assertEquals(200, users(token));

        Database.execute("update users set admin = false where id = ?", ada.id());

        awaitStatus(403, token);
    }

    @Test
    void restoredRoleTakesEffectWithTheNextToken() throws Exception {
        Account ada = admin();
        String token = Account.logIn(ada.email(), Account.PASSWORD);
        set(Account.admin().token(), ada, USER);
        Thread.sleep(1100);

        set(Account.admin().token(), ada, ADMIN).then().statusCode(200);

        assertEquals(403, users(token));
        assertEquals(200, users(Account.logIn(ada.email(), Account.PASSWORD)));
    }

    @Test
    void ownRolesCannotBeChanged() {
        Account.admin()
                .request(USER)
                .put("/users/{id}/roles", Account.admin().id())
                .then()
                .spec(problem(403));

        assertEquals(200, users(Account.admin().token()));
    }

    @Test
    void onlyAnAdminChangesRoles() {
        Account ada = Account.register();

        set(ada.token(), Account.register(), ADMIN).then().spec(problem(403));
        set(ada.token(), ada, ADMIN).then().spec(problem(403));
        given().contentType("application/json")
                .body(ADMIN)
                .put("/users/{id}/roles", ada.id())
                .then()
                .spec(problem(401));

        assertEquals(0, Database.count("select count(*) from users where admin and id = ?", ada.id()));
    }

    @Test
    void mutualAdminDemotionsHaveOneWinner() throws Exception {
        for (int round = 0; round < 5; round++) {
            Account ada = admin();
            Account grace = admin();
            String adas = Account.logIn(ada.email(), Account.PASSWORD);
            String graces = Account.logIn(grace.email(), Account.PASSWORD);

            List<Integer> answers = Race.run(List.of(
                    () -> set(adas, grace, USER).statusCode(),
                    () -> set(graces, ada, USER).statusCode()));

            assertEquals(List.of(200, 403), answers.stream().sorted().toList());
            assertEquals(
                    1, Database.count("select count(*) from users where admin and id in (?, ?)", ada.id(), grace.id()));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                    | ''",
                "[\"admin\"]           | ''",
                "[\"user\", \"root\"]  | /1",
                "[\"user\", null]      | /1",
                "[\"user\", 7]         | /1",
                "{\"roles\": []}       | ''",
                "null                  | ''"
            })
    void invalidRolesAreRefused(String body, String pointer) {
        Account.admin()
                .request(body)
                .put("/users/{id}/roles", Account.register().id())
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains(pointer));
    }

    @Test
    void rolesOfAMissingUserAreNotFound() {
        Account.admin().request(USER).put("/users/999999999/roles").then().spec(problem(404));
    }

    private static Account admin() throws SQLException {
        Account account = Account.register();
        Database.execute("update users set admin = true where id = ?", account.id());
        return account;
    }

    private static Response set(String token, Account user, String roles) {
        return given().auth()
                .oauth2(token)
                .contentType("application/json")
                .body(roles)
                .put("/users/{id}/roles", user.id());
    }

    private static int users(String token) {
        return given().auth().oauth2(token).get("/users?limit=1").statusCode();
    }

    private static void awaitStatus(int status, String token) throws InterruptedException {
        long end = System.nanoTime() + 60_000_000_000L;
        while (users(token) != status && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertEquals(status, users(token));
    }
}
