package dev.quire.auth;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.quire.environment.Authenticator;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Mailbox;
import dev.quire.environment.Mailbox.Arrived;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A registration tells nobody which emails are taken, and admins need a second factor. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
@QuarkusTestResource(
        value = Mailbox.class,
        restrictToAnnotatedClass = true,
        initArgs = {
            @ResourceArg(name = "quire.registration.discreet", value = "true"),
            @ResourceArg(name = "quire.admins.totp", value = "required")
        })
class DiscreetRegistrationResourceTest {
    private static final String PASSWORD = "an unusual enough password";

    @Test
    void userIsCreatedWhenTheEmailIsConfirmed() {
        String email = "discreet-" + System.nanoTime() + "@quire.test";
        register(email, PASSWORD).then().statusCode(202);
        assertEquals(401, logIn(email, PASSWORD).statusCode());

        Arrived mail = Mailbox.await(email, 1);
        assertEquals("Confirm your email", mail.subject());
        complete(mail.token()).then().statusCode(204);
        logIn(email, PASSWORD)
                .then()
                .statusCode(200)
                .body("user.emailConfirmed", equalTo(true))
                .body("user.address.city", equalTo("London"));
        complete(mail.token()).then().spec(problem(422));
    }

    @Test
    void takenEmailIsToldToItsOwnerAlone() {
        String email = "taken-" + System.nanoTime() + "@quire.test";
        Response free = register(email, PASSWORD);
        complete(Mailbox.await(email, 1).token()).then().statusCode(204);

        Response taken = register(email.toUpperCase(), "another unusual password");

        assertEquals(free.statusCode(), taken.statusCode());
        assertEquals(free.asString(), taken.asString());
        assertEquals("You have an account already", Mailbox.await(email, 2).subject());
        assertEquals(401, logIn(email, "another unusual password").statusCode());
    }

    @Test
    void pendingRegistrationIsStoredEncrypted() {
        String email = "sealed-" + System.nanoTime() + "@quire.test";
        register(email, PASSWORD);
        Mailbox.await(email, 1);

        List<List<Object>> content = Database.rows(
                "select encode(content, 'escape') from mail_tokens where subject = ? and purpose = 'REGISTRATION'",
                email);
        assertEquals(1, content.size());
        assertFalse(content.toString().matches("(?s).*(argon2|London|Discreet).*"), content::toString);
    }

    @Test
    void pendingRegistrationWhoseKeyIsGoneCreatesNobody() throws SQLException {
        String email = "keyless-" + System.nanoTime() + "@quire.test";
        register(email, PASSWORD);
        Arrived mail = Mailbox.await(email, 1);
        // The name of the key, from its first byte on.
        Database.execute("update mail_tokens set content = set_byte(content, 4, 33) where subject = ?", email);

        complete(mail.token()).then().spec(problem(422));

        assertEquals(List.of(), Database.rows("select id from users where email = ?", email));
        assertEquals(202, register(email, PASSWORD).statusCode());
        complete(Mailbox.await(email, 2).token()).then().statusCode(204);
    }

    @Test
    void changeToATakenEmailIsAnsweredLikeAnyOther() {
        String ada = "ada-" + System.nanoTime() + "@quire.test";
        String grace = "grace-" + System.nanoTime() + "@quire.test";
        for (String email : List.of(ada, grace)) {
            register(email, PASSWORD);
            complete(Mailbox.await(email, 1).token());
        }
        Response session = logIn(ada, PASSWORD);

        given().auth()
                .oauth2(session.path("accessToken"))
                .contentType("application/json")
                .body(Map.of("email", grace))
                .patch("/users/{id}", session.<Integer>path("user.id"))
                .then()
                .statusCode(200)
                .body("pendingEmail", equalTo(grace));

        assertEquals("You have an account already", Mailbox.await(grace, 2).subject());
    }

    @Test
    void adminWithoutASecondFactorHasNoRole() {
        Response session = logIn(Environment.ADMIN_EMAIL, Environment.ADMIN_PASSWORD);
        String token = session.path("accessToken");
        given().auth().oauth2(token).get("/users").then().spec(problem(403));

        String secret =
                given().auth().oauth2(token).post("/authentication/totp").path("secret");
        List<String> codes = given().auth()
                .oauth2(token)
                .contentType("application/json")
                .body(Map.of("code", new Authenticator(secret).code()))
                .post("/authentication/totp/confirm")
                .jsonPath()
                .getList("recoveryCodes");
        String renewed = given().contentType("application/json")
                .body(Map.of("refreshToken", session.path("refreshToken")))
                .post("/authentication/refresh")
                .path("accessToken");
        given().auth().oauth2(renewed).get("/users").then().statusCode(200);

        given().auth()
                .oauth2(renewed)
                .contentType("application/json")
                .body(Map.of("code", codes.get(0)))
                .delete("/authentication/totp")
                .then()
                .statusCode(204);
    }

    private static Response register(String email, String password) {
        return given().contentType("application/json")
                .body(Map.of(
                        "email",
                        email,
                        "name",
                        "Discreet",
                        "password",
                        password,
                        "address",
                        Map.of("street", "Street", "city", "London", "country", "Country")))
                .post("/authentication/register");
    }

    private static Response complete(String token) {
        return given().contentType("application/json")
                .body(Map.of("token", token))
                .post("/authentication/confirmation/complete");
    }

    private static Response logIn(String email, String password) {
        return given().contentType("application/json")
                .body(Map.of("email", email, "password", password))
                .post("/authentication/log-in");
    }
}
