package dev.quire.auth;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Mailbox;
import dev.quire.environment.Mailbox.Arrived;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Environment.class)
@QuarkusTestResource(value = Mailbox.class, restrictToAnnotatedClass = true)
class RecoveryResourceTest {
    private static final String NEW = "an even more unusual password";

    private Account ada;

    @BeforeEach
    void register() {
        ada = Account.register();
        Mailbox.await(ada.email(), 1);
    }

    @Test
    void linkSetsANewPassword() {
        Response before = logIn(Account.PASSWORD);

        Recovery.complete(Map.of("token", Recovery.mail(ada.email()).token(), "password", NEW))
                .then()
                .statusCode(204);

        assertEquals(401, logIn(Account.PASSWORD).statusCode());
        assertEquals(200, logIn(NEW).statusCode());
        assertEquals(401, refresh(before).statusCode());
    }

    @Test
    void codeSetsANewPasswordHoweverItIsTyped() {
        String code = Recovery.mail(ada.email()).code();
        String typed = code.substring(0, 4).toLowerCase() + " - " + code.substring(4);

        Recovery.complete(Map.of("email", ada.email().toUpperCase(), "code", typed, "password", NEW))
                .then()
                .statusCode(204);

        assertEquals(200, logIn(NEW).statusCode());
    }

    @Test
    void recoveryRevokesAccessTokens() {
        String token = logIn(Account.PASSWORD).path("accessToken");
        given().auth().oauth2(token).get("/authentication").then().statusCode(200);

        Recovery.complete(Map.of("token", Recovery.mail(ada.email()).token(), "password", NEW))
                .then()
                .statusCode(204);

        given().auth().oauth2(token).get("/authentication").then().spec(problem(401));
        String later = logIn(NEW).path("accessToken");
        given().auth().oauth2(later).get("/authentication").then().statusCode(200);
    }

    @Test
    void recoveryIsToldToTheOwnerAndConfirmsTheEmail() {
        Recovery.complete(Map.of("token", Recovery.mail(ada.email()).token(), "password", NEW))
                .then()
                .statusCode(204);

        Arrived notice = Mailbox.await(ada.email(), 3);
        assertEquals("Your password was changed", notice.subject());
        assertTrue(notice.text().strip().endsWith(Mailbox.RECOVERY), notice.text());
        assertEquals(1, Database.count("select count(*) from users where id = ? and email_confirmed", ada.id()));
    }

    @Test
    void tokenIsGoodOnceAndReplacesOlderOnes() {
        Arrived first = Recovery.mail(ada.email());
        Recovery.begin(ada.email(), "en");
        Arrived second = Mailbox.await(ada.email(), 3);

        Recovery.assertRefused(Map.of("token", first.token(), "password", NEW), "/token");
        Recovery.assertRefused(Map.of("email", ada.email(), "code", first.code(), "password", NEW), "/code");
        Recovery.complete(Map.of("token", second.token(), "password", NEW))
                .then()
                .statusCode(204);
        Recovery.assertRefused(Map.of("token", second.token(), "password", NEW), "/token");
        Recovery.assertRefused(Map.of("email", ada.email(), "code", second.code(), "password", NEW), "/code");
    }

    @Test
    void tokenIsGoodForHalfAnHour() throws SQLException {
        Arrived mail = Recovery.mail(ada.email());
        assertEquals(
                1,
                Database.count(
                        "select count(*) from mail_tokens where user_id = ? and purpose = 'RECOVERY'"
                                + " and expires_at between now() + interval '29 minutes' and now() + interval '30 minutes'",
                        ada.id()));
        Database.execute("update mail_tokens set expires_at = now() where user_id = ?", ada.id());

        Recovery.assertRefused(Map.of("token", mail.token(), "password", NEW), "/token");
        Recovery.assertRefused(Map.of("email", ada.email(), "code", mail.code(), "password", NEW), "/code");
    }

    @Test
    void codeIsGoodForFiveTries() {
        String code = Recovery.mail(ada.email()).code();
        for (int i = 0; i < 5; i++) {
            Recovery.assertRefused(Map.of("email", ada.email(), "code", "AAAAAAA" + (i + 2), "password", NEW), "/code");
        }

        Recovery.assertRefused(Map.of("email", ada.email(), "code", code, "password", NEW), "/code");
    }

    @Test
    void refusedPasswordUsesNoTokenUp() {
        String token = Recovery.mail(ada.email()).token();

        Recovery.complete(Map.of("token", token, "password", ada.name() + ada.email()))
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains("/password"));
        Recovery.complete(Map.of("token", token, "password", NEW)).then().statusCode(204);
    }

    @Test
    void readsUseNoTokenUp() {
        String token = Recovery.mail(ada.email()).token();

        for (String method : List.of("GET", "HEAD")) {
            given().queryParam("token", token).request(method, "/authentication/recovery/complete");
            given().request(method, "/authentication/recovery");
        }

        Recovery.complete(Map.of("token", token, "password", NEW)).then().statusCode(204);
    }

    @Test
    void oneOfTwoConcurrentCompletionsWins() {
        String token = Recovery.mail(ada.email()).token();
        List<Integer> answers = Race.run(
                2,
                number -> Recovery.complete(Map.of("token", token, "password", NEW + number))
                        .statusCode());

        assertEquals(List.of(204, 422), answers.stream().sorted().toList());
        boolean first = answers.get(0) == 204;
        assertEquals(first ? 200 : 401, logIn(NEW + 0).statusCode());
        assertEquals(first ? 401 : 200, logIn(NEW + 1).statusCode());
    }

    @Test
    void concurrentLogInsAndChangesLoseAgainstARecovery() {
        String token = Recovery.mail(ada.email()).token();
        Callable<Integer> recovery =
                () -> Recovery.complete(Map.of("token", token, "password", NEW)).statusCode();
        Callable<Integer> change = () -> ada.request(
                        "{\"current\": \"%s\", \"new\": \"%s\"}".formatted(Account.PASSWORD, "quite another one"))
                .put("/users/{id}/password", ada.id())
                .statusCode();
        Callable<Integer> logIn = () -> logIn(Account.PASSWORD).statusCode();

        List<Integer> answers = Race.run(List.of(recovery, change, logIn, logIn));

        assertEquals(204, answers.get(0));
        // The token of the one that changes it may be dead by then.
        assertTrue(Set.of(204, 401, 422).contains(answers.get(1)), answers::toString);
        assertEquals(0, Database.count("select count(*) from sessions where user_id = ?", ada.id()));
        assertEquals(200, logIn(NEW).statusCode());
    }

    @Test
    void concurrentDeletionOutlastsARecovery() {
        String token = Recovery.mail(ada.email()).token();
        Callable<Integer> recovery =
                () -> Recovery.complete(Map.of("token", token, "password", NEW)).statusCode();
        Callable<Integer> deletion =
                () -> Account.admin().request().delete("/users/{id}", ada.id()).statusCode();

        List<Integer> answers = Race.run(List.of(recovery, deletion));

        assertTrue(Set.of(204, 422).contains(answers.get(0)), answers::toString);
        assertEquals(204, answers.get(1));
        assertEquals(0, Database.count("select count(*) from users where id = ?", ada.id()));
        assertEquals(0, Database.count("select count(*) from mail_tokens where user_id = ?", ada.id()));
    }

    @Test
    void adminBeginsTheRecoveryOfAUser() {
        Account.admin().request().post("/users/{id}/recovery", ada.id()).then().statusCode(202);
        Recovery.complete(Map.of("token", Mailbox.await(ada.email(), 2).token(), "password", NEW))
                .then()
                .statusCode(204);

        Account.admin()
                .request()
                .post("/users/{id}/recovery", Long.MAX_VALUE)
                .then()
                .spec(problem(404));
        Account.register()
                .request()
                .post("/users/{id}/recovery", ada.id())
                .then()
                .spec(problem(403));
    }

    @Test
    void userWithoutAPasswordIsInvited() {
        String email = "invited-" + System.nanoTime() + "@quire.test";
        Account.admin()
                .request("{\"email\": \"%s\", \"name\": \"Emmy\"}".formatted(email))
                .post("/users")
                .then()
                .statusCode(201);

        Arrived mail = Mailbox.await(email, 1);
        assertEquals("Your new account", mail.subject());
        Recovery.complete(Map.of("token", mail.token(), "password", NEW)).then().statusCode(204);
        assertNotEquals(null, Account.logIn(email, NEW));
    }

    @Test
    void missingTokenAndCodeAreRefused() {
        for (Map<String, String> body : List.of(
                Map.of("password", NEW),
                Map.of("password", NEW, "email", ada.email()),
                Map.of("password", NEW, "code", "AAAAAAAA"),
                Map.of("password", NEW, "token", "x", "email", ada.email(), "code", "AAAAAAAA"))) {
            Recovery.complete(body).then().spec(problem(422)).body("errors.pointer", contains(""));
        }
        Recovery.assertRefused(Map.of("token", "x", "password", NEW), "/token");
    }

    private Response logIn(String password) {
        return given().contentType("application/json")
                .body(Map.of("email", ada.email(), "password", password))
                .post("/authentication/log-in");
    }

    private static Response refresh(Response tokens) {
        return given().contentType("application/json")
                .body(Map.of("refreshToken", tokens.path("refreshToken")))
                .post("/authentication/refresh");
    }
}
