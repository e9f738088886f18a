package dev.quire.security;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.ServiceLog;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tokens of deleted users, which are refused everywhere. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class RevocationResourceTest {
    private static Account deletedAdmin;

    @AfterEach
    void restoreTheDatabase() {
        Environment.restoreNetwork();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /authentication",
                "GET /authentication/sessions",
                "DELETE /authentication/sessions/1",
                "GET /users",
                "POST /users",
                "GET /users/1",
                "PUT /users/1",
                "PATCH /users/1",
                "DELETE /users/1",
                "PUT /users/1/password",
                "PUT /users/1/roles",
                "GET /users/1/address",
                "PUT /users/1/address",
                "DELETE /users/1/address",
                "GET /users/1/posts",
                "GET /addresses",
                "POST /addresses",
                "GET /addresses/1",
                "GET /posts",
                "POST /posts",
                "GET /posts/1",
                "PUT /posts/1",
                "PATCH /posts/1",
                "DELETE /posts/1",
                "PUT /posts/1/categories",
                "PUT /posts/1/categories/1",
                "DELETE /posts/1/categories/1",
                "GET /categories",
                "POST /categories",
                "PUT /categories/named/Gone",
                "PUT /categories/1",
                "PATCH /categories/1",
                "DELETE /categories/1",
                "GET /categories/1/posts"
            })
    void theTokenOfADeletedAdminIsRefusedEverywhere(String request) throws Exception {
        given().auth()
                .oauth2(deletedAdmin().token())
                .contentType("application/json")
                .body("{}")
                .request(request.split(" ")[0], request.split(" ")[1])
                .then()
                .spec(problem(401))
                .header("WWW-Authenticate", equalTo("Bearer error=\"invalid_token\""));
    }

    @Test
    void tokenOfAUserDeletedBySqlIsRefused() throws Exception {
        Account ada = Account.register();
        assertEquals(200, posts(ada));

        Database.execute("delete from users where id = ?", ada.id());

        await(() -> posts(ada) == 401);
    }

    @Test
    void verifyingATokenTakesNoStatement() {
        Account ada = Account.register();
        posts(ada);
        long before = Database.statements();

        posts(ada);

        assertEquals(1, Database.statements() - before);
    }

    @Test
    @Timeout(120)
    void missedRevocationsAreReadAfterReconnecting() throws Exception {
        Account ada = Account.register();
        Environment.network().cut();
        Database.execute("delete from users where id = ?", ada.id());
        await(() ->
                given().port(Environment.MANAGEMENT_PORT).get("/q/health/ready").statusCode() == 503);
        assertEquals(
                "DOWN",
                given().port(Environment.MANAGEMENT_PORT)
                        .get("/q/health/ready")
                        .path("checks.find { it.name == 'Revocations' }.status"));
        // The state of the token is unknown, so it is refused.
        given().auth().oauth2(ada.token()).get("/posts").then().spec(problem(503));

        Environment.restoreNetwork();

        await(() -> posts(ada) != 503);
        assertEquals(401, posts(ada));
    }

    @Test
    @Timeout(120)
    void replicaNoticesADeadNetwork() throws Exception {
        Account ada = Account.register();
        String keys = "/.well-known/jwks.json";
        Environment.network().stall();

        // Only the token check needs the database here.
        await(() -> ada.request().get(keys).statusCode() == 503);
        given().get(keys).then().statusCode(200);
    }

    @Test
    void nextRevocationDeletesOldOnes() throws Exception {
        Account ada = Account.register();
        Account grace = Account.register();
        ada.request().delete("/users/{id}", ada.id()).then().statusCode(204);
        Database.execute("update revocations set at = at - interval '2 hours' where user_id = ?", ada.id());

        grace.request().delete("/users/{id}", grace.id()).then().statusCode(204);

        assertEquals(
                List.of(List.of(grace.id())),
                Database.rows("select user_id from revocations where user_id in (?, ?)", ada.id(), grace.id()));
    }

    @Test
    void unreadableRevocationDoesNotFailTheDeletion() throws Exception {
        ServiceLog.expect("The connection that listens for revocations was lost");
        ServiceLog.expect("The database denies the service a privilege");
        Account ada = Account.register();
        Account grace = Account.register();
        Account linus = Account.register();
        hideRevocationsAfterOne();
        try {
            ada.request().delete("/users/{id}", ada.id()).then().statusCode(204);
            show();
            await(() -> posts(ada) == 401);

            Account.admin()
                    .request("[\"user\", \"admin\"]")
                    .put("/users/{id}/roles", grace.id())
                    .then()
                    .statusCode(200);
            Account.admin()
                    .request("[\"user\"]")
                    .put("/users/{id}/roles", grace.id())
                    .then()
                    .statusCode(200);
            show();
            await(() -> posts(grace) == 200);

            linus.request("[{\"method\": \"DELETE\", \"path\": \"/users/%d\"}]".formatted(linus.id()))
                    .post("/batch")
                    .then()
                    .statusCode(200);
            show();
            await(() -> posts(linus) == 401);
        } finally {
            Database.execute("drop trigger hide on revocations");
            show();
        }
    }

    /** Forbids the service to read revocations, from the commit of the next one on. */
    private static void hideRevocationsAfterOne() throws SQLException {
        Database.execute("""
                create or replace function hide() returns trigger security definer language plpgsql as
                  $$ begin revoke select on revocations from quire; return null; end $$;
                create constraint trigger hide after insert or update on revocations
                  deferrable initially deferred for each row execute function hide()
                """);
    }

    private static void show() throws SQLException {
        Database.execute("grant select on revocations to quire");
    }

    private static int posts(Account account) {
        return account.request().get("/posts?limit=1").statusCode();
    }

    private static synchronized Account deletedAdmin() throws Exception {
        if (deletedAdmin == null) {
            deletedAdmin = Account.register();
            Database.execute("update users set admin = true where id = ?", deletedAdmin.id());
            deletedAdmin.renew();
            assertEquals(200, deletedAdmin.request().get("/users?limit=1").statusCode());
            deletedAdmin
                    .request()
                    .delete("/users/{id}", deletedAdmin.id())
                    .then()
                    .statusCode(204);
        }
        return deletedAdmin;
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!condition.call()) {
            assertTrue(System.nanoTime() < end, "the condition does not become true");
            Thread.sleep(50);
        }
    }
}
