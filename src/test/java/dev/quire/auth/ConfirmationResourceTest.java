package dev.quire.auth;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.Mailbox;
import dev.quire.environment.Mailbox.Arrived;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Environment.class)
@QuarkusTestResource(value = Mailbox.class, restrictToAnnotatedClass = true)
class ConfirmationResourceTest {
    private static final String NEW = "an even more unusual password";

    private Account ada;
    private Arrived first;

    @BeforeEach
    void register() {
        ada = Account.register();
        first = Mailbox.await(ada.email(), 1);
    }

    @Test
    void newUserIsAskedToConfirmTheEmail() {
        self().body("emailConfirmed", equalTo(false)).body("pendingEmail", nullValue());

        complete(Map.of("token", first.token())).then().statusCode(204);

        self().body("emailConfirmed", equalTo(true));
        complete(Map.of("token", first.token())).then().spec(problem(422)).body("errors.pointer", contains("/token"));
    }

    @Test
    void codeNeedsTheAccessTokenOfItsUser() {
        Map<String, String> code = Map.of("code", first.code());

        complete(code).then().spec(problem(401));
        Account.register()
                .request()
                .contentType("application/json")
                .body(code)
                .post("/authentication/confirmation/complete")
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains("/code"));
        ada.request()
                .contentType("application/json")
                .body(code)
                .post("/authentication/confirmation/complete")
                .then()
                .statusCode(204);

        self().body("emailConfirmed", equalTo(true));
    }

    @Test
    void newestConfirmationReplacesOlderOnes() {
        begin().then().statusCode(202);
        Arrived second = Mailbox.await(ada.email(), 2);

        complete(Map.of("token", first.token())).then().spec(problem(422));
        complete(Map.of("token", second.token())).then().statusCode(204);

        begin().then().statusCode(202);
        Mailbox.awaitSent();
        assertEquals(2, Mailbox.of(ada.email()).size(), "there is nothing to confirm any more");
    }

    @Test
    void tokenIsRefusedForAnotherPurpose() {
        given().contentType("application/json")
                .body(Map.of("token", first.token(), "password", NEW))
                .post("/authentication/recovery/complete")
                .then()
                .spec(problem(422));
        given().contentType("application/json")
                .body(Map.of("email", ada.email()))
                .post("/authentication/recovery");
        complete(Map.of("token", Mailbox.await(ada.email(), 2).token())).then().spec(problem(422));
    }

    @Test
    void changedEmailIsPendingUntilConfirmed() {
        String email = "new-" + ada.email();
        patch(email).then().statusCode(200).body("email", equalTo(ada.email())).body("pendingEmail", equalTo(email));

        Arrived notice = Mailbox.await(ada.email(), 2);
        assertEquals("Your email is to be changed", notice.subject());
        assertEquals(401, logIn(email, Account.PASSWORD).statusCode());
        Response session = logIn(ada.email(), Account.PASSWORD);

        complete(Map.of("token", Mailbox.await(email, 1).token())).then().statusCode(204);

        assertEquals(401, logIn(ada.email(), Account.PASSWORD).statusCode());
        assertEquals(200, logIn(email, Account.PASSWORD).statusCode());
        assertEquals(401, refresh(session).statusCode());
        self().body("email", equalTo(email)).body("pendingEmail", nullValue()).body("emailConfirmed", equalTo(true));
    }

    @Test
    void formerEmailTakesAnAccountBack() {
        String email = "stolen-" + ada.email();
        patch(email);
        complete(Map.of("token", Mailbox.await(email, 1).token())).then().statusCode(204);

        Arrived notice = Mailbox.await(ada.email(), 3);
        assertEquals("Your email was changed", notice.subject());
        given().contentType("application/json")
                .body(Map.of("token", notice.token(), "password", NEW))
                .post("/authentication/recovery/complete")
                .then()
                .statusCode(204);

        assertEquals(200, logIn(ada.email(), NEW).statusCode());
        assertEquals(401, logIn(email, NEW).statusCode());
    }

    @Test
    void recoveryStopsAPendingChange() {
        String email = "stopped-" + ada.email();
        patch(email);
        Arrived pending = Mailbox.await(email, 1);
        Mailbox.await(ada.email(), 2);
        given().contentType("application/json")
                .body(Map.of("email", ada.email()))
                .post("/authentication/recovery");
        given().contentType("application/json")
                .body(Map.of("token", Mailbox.await(ada.email(), 3).token(), "password", NEW))
                .post("/authentication/recovery/complete")
                .then()
                .statusCode(204);

        complete(Map.of("token", pending.token())).then().spec(problem(422));
        self().body("email", equalTo(ada.email())).body("pendingEmail", nullValue());
    }

    @Test
    void takenEmailIsRefusedEvenWhenTakenMeanwhile() {
        patch(Account.admin().email().toUpperCase())
                .then()
                .spec(problem(409))
                .body("errors.pointer", contains("/email"));

        String email = "raced-" + ada.email();
        patch(email);
        Arrived pending = Mailbox.await(email, 1);
        given().contentType("application/json")
                .body(Map.of("email", email, "name", "Other", "password", Account.PASSWORD))
                .post("/authentication/register")
                .then()
                .statusCode(201);

        complete(Map.of("token", pending.token())).then().spec(problem(409));
        self().body("email", equalTo(ada.email()));
    }

    @Test
    void oneOfTwoConcurrentConfirmationsWins() {
        List<Integer> answers =
                Race.run(2, number -> complete(Map.of("token", first.token())).statusCode());

        assertEquals(List.of(204, 422), answers.stream().sorted().toList());
    }

    @Test
    void repeatedConfirmationsDoNotFloodTheUser() {
        for (int i = 0; i < 8; i++) {
            begin().then().statusCode(202);
        }
        Mailbox.awaitSent();

        // Newer ones take the place of those that wait.
        int arrived = Mailbox.of(ada.email()).size();
        assertTrue(arrived >= 2 && arrived <= 6, "" + arrived);
    }

    @Test
    void repeatedChangesDoNotFloodAnAddress() {
        String victim = "victim-" + ada.email();
        for (int i = 0; i < 15; i++) {
            patch(i % 2 == 0 ? victim : "other-" + i + "-" + ada.email()).then().statusCode(200);
            Mailbox.awaitSent();
        }

        assertTrue(Mailbox.of(victim).size() <= 10);
        assertTrue(Mailbox.of(ada.email()).size() <= 10, "nor is the one that is told");
    }

    @Test
    void missingTokenAndCodeAreRefused() {
        complete(Map.of()).then().spec(problem(422)).body("errors.pointer", contains(""));
        complete(Map.of("token", "x", "code", "y")).then().spec(problem(422)).body("errors.pointer", contains(""));
    }

    @Test
    void readsUseNoTokenUp() {
        for (String method : List.of("GET", "HEAD")) {
            given().queryParam("token", first.token()).request(method, "/authentication/confirmation/complete");
        }
        complete(Map.of("token", first.token())).then().statusCode(204);
    }

    private ValidatableResponse self() {
        return Account.admin().request().get("/users/{id}", ada.id()).then().statusCode(200);
    }

    private Response begin() {
        return ada.request().post("/authentication/confirmation");
    }

    private Response patch(String email) {
        return ada.request("{\"email\": \"%s\"}".formatted(email)).patch("/users/{id}", ada.id());
    }

    private static Response complete(Map<String, String> body) {
        return given().contentType("application/json").body(body).post("/authentication/confirmation/complete");
    }

    private static Response logIn(String email, String password) {
        return given().contentType("application/json")
                .body(Map.of("email", email, "password", password))
                .post("/authentication/log-in");
    }

    private static Response refresh(Response tokens) {
        return given().contentType("application/json")
                .body(Map.of("refreshToken", tokens.path("refreshToken")))
                .post("/authentication/refresh");
    }
}
