package dev.quire.auth;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.Refusal;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.Header;
import io.restassured.response.Response;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class LogInResourceTest {
    @Test
    void logInReturnsAnUncacheableToken() {
        Account ada = Account.register();

        String token = logIn(ada.email(), Account.PASSWORD)
                .then()
                .statusCode(200)
                .header("Cache-Control", containsString("no-store"))
                .body("keySet()", hasItems("accessToken", "tokenType", "expiresIn", "user"))
                .body("tokenType", equalTo("Bearer"))
                .body("expiresIn", greaterThan(0))
                .body(
                        "user.keySet()",
                        containsInAnyOrder(
                                "id",
                                "email",
                                "emailConfirmed",
                                "pendingEmail",
                                "name",
                                "address",
                                "roles",
                                "createdBy",
                                "createdAt",
                                "updatedAt"))
                .body("user.id", equalTo((int) ada.id()))
                .body(not(containsString(Account.PASSWORD)))
                .body(not(containsString("argon2")))
                .extract()
                .path("accessToken");

        given().auth()
                .oauth2(token)
                .get("/authentication")
                .then()
                .statusCode(200)
                .body(
                        "keySet()",
                        containsInAnyOrder(
                                "id",
                                "email",
                                "emailConfirmed",
                                "pendingEmail",
                                "name",
                                "address",
                                "roles",
                                "createdBy",
                                "createdAt",
                                "updatedAt"))
                .body("id", equalTo((int) ada.id()))
                .body("email", equalTo(ada.email()));
    }

    @Test
    void theCaseOfAnEmailDoesNotMatter() {
        Account ada = Account.register();

        logIn(ada.email().toUpperCase(Locale.ROOT), Account.PASSWORD)
                .then()
                .statusCode(200)
                .body("user.email", equalTo(ada.email()));
    }

    /** Attempts are counted by the email as sent, and all of these would be one account. */
    @Test
    void lookAlikeEmailIsUnauthorized() {
        Account ada = Account.register();

        for (String form : List.of(" %s", "%s ", "\u200b%s", "%s\u2060", "\uff55%s")) {
            String email =
                    form.startsWith("\uff55") ? form.formatted(ada.email().substring(1)) : form.formatted(ada.email());
            logIn(email, Account.PASSWORD).then().statusCode(401);
        }
    }

    private static List<Header> withoutDate(Response answer) {
        return answer.headers().asList().stream()
                .filter(header -> !header.hasSameNameAs(new Header("Date", "")))
                .toList();
    }

    @Test
    void unknownEmailIsAnsweredLikeAWrongPassword() {
        Account ada = Account.register();

        Response wrong = logIn(ada.email(), Account.PASSWORD + "x");
        Response unknown = logIn("x" + ada.email(), Account.PASSWORD);

        wrong.then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", startsWith("Bearer"));
        assertEquals(401, unknown.statusCode());
        assertEquals(Refusal.withoutTrace(wrong.asString()), Refusal.withoutTrace(unknown.asString()));
        assertEquals(withoutDate(wrong), withoutDate(unknown));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "nobody",
                "%",
                "' or '1'='1",
                "nobody\\u0000@quire.test",
                "\\ud83d",
                "nobody@quire.test\\n"
            })
    void malformedEmailIsUnauthorized(String email) {
        given().contentType("application/json")
                .body("{\"email\": \"%s\", \"password\": \"%s\"}".formatted(email, Account.PASSWORD))
                .post("/authentication/log-in")
                .then()
                .statusCode(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\u0000", "x7#kQp!z\\ud83d", "\\ude00x7#kQp!z", "x7#k\\nQp!z"})
    void malformedPasswordIsUnauthorized(String password) {
        given().contentType("application/json")
                .body("{\"email\": \"%s\", \"password\": \"%s\"}".formatted(Environment.ADMIN_EMAIL, password))
                .post("/authentication/log-in")
                .then()
                .statusCode(401);
    }

    @Test
    void theCaseOfAPasswordMatters() {
        Account ada = Account.register();

        logIn(ada.email(), Account.PASSWORD.toUpperCase(Locale.ROOT)).then().statusCode(401);
        logIn(ada.email(), Account.PASSWORD + " ").then().statusCode(401);
        logIn(ada.email(), "").then().statusCode(401);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                              | /email    | /password",
                "{\"email\": null, \"password\": null}           | /email    | /password",
                "{\"email\": 7, \"password\": [\"x\"]}           | /email    | /password",
                "{\"email\": {}, \"password\": true}             | /email    | /password",
                "{\"email\": \"a@b.test\", \"user\": {\"id\": 1}} | /password | /user"
            })
    void invalidMembersAreRefusedWithTheirPointers(String body, String one, String other) {
        given().contentType("application/json")
                .body(body)
                .post("/authentication/log-in")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains(one, other));
    }

    @Test
    void credentialsInTheQueryStringAreRefused() {
        Account ada = Account.register();
        Map<String, String> credentials = Map.of("email", ada.email(), "password", Account.PASSWORD);

        for (Map<String, String> body : List.of(credentials, Map.<String, String>of())) {
            given().contentType("application/json")
                    .body(body)
                    .queryParams(credentials)
                    .post("/authentication/log-in")
                    .then()
                    .statusCode(400)
                    .body("errors[0].keySet()", containsInAnyOrder("parameter", "code", "detail"))
                    .body(not(containsString("accessToken")))
                    .body(not(containsString(Account.PASSWORD)));
        }
    }

    @Test
    void credentialsInAFormAreRefused() {
        Account ada = Account.register();

        given().formParam("email", ada.email())
                .formParam("password", Account.PASSWORD)
                .post("/authentication/log-in")
                .then()
                .statusCode(415)
                .contentType("application/problem+json");
    }

    private static Response logIn(String email, String password) {
        return given().contentType("application/json")
                .body(Map.of("email", email, "password", password))
                .post("/authentication/log-in");
    }
}
