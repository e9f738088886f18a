package dev.quire.auth;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class PasswordChangeResourceTest {
    private static final String NEW = "an even more unusual password";

    private Account ada;

    @BeforeEach
    void register() {
        ada = Account.register();
    }

    @Test
    void passwordIsChangedWithTheCurrentOne() {
        change(ada, Account.PASSWORD, NEW).then().statusCode(204);

        assertEquals(401, logIn(Account.PASSWORD).statusCode());
        assertEquals(200, logIn(NEW).statusCode());
    }

    @Test
    void passwordChangeEndsAllOtherSessions() {
        Response mine = logIn(Account.PASSWORD);
        Response other = logIn(Account.PASSWORD);

        given().auth()
                .oauth2(mine.path("accessToken"))
                .contentType("application/json")
                .body(Map.of("current", Account.PASSWORD, "new", NEW))
                .put("/users/{id}/password", ada.id())
                .then()
                .statusCode(204);

        assertEquals(401, refresh(other).statusCode());
        assertEquals(200, refresh(mine).statusCode());
        assertEquals(1, Database.count("select count(*) from sessions where user_id = ?", ada.id()));
    }

    @Test
    void aWrongPasswordChangesNothing() {
        Response other = logIn(Account.PASSWORD);

        change(ada, Account.PASSWORD + "x", NEW).then().spec(problem(422)).body("errors.pointer", contains("/current"));

        assertEquals(200, logIn(Account.PASSWORD).statusCode());
        assertEquals(200, refresh(other).statusCode());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                           | /current | /new",
                "{\"current\": null, \"new\": \"short\"}      | /current | /new",
                "{\"current\": \"x\", \"new\": \"short\"}     | /new     |",
                "{\"current\": 7, \"new\": 8}                 | /current | /new",
                "{\"new\": \"an unusual password\", \"replacement\": \"x\"} | /current | /replacement"
            })
    void invalidMembersAreRefusedWithTheirPointers(String body, String one, String other) {
        ada.request(body)
                .put("/users/{id}/password", ada.id())
                .then()
                .spec(problem(422))
                .body("errors.pointer", other == null ? contains(one) : contains(one, other));
    }

    @Test
    void guessablePasswordIsRefused() {
        for (String easy : List.of("password1", ada.email(), ada.name() + "!")) {
            change(ada, Account.PASSWORD, easy)
                    .then()
                    .spec(problem(422))
                    .body("errors.pointer", contains("/new"))
                    .body("errors.detail", contains("is too easy to guess"));
        }

        assertEquals(200, logIn(Account.PASSWORD).statusCode());
    }

    @Test
    void passwordOfAnotherUserCannotBeChanged() {
        Account grace = Account.register();
        String body = "{\"current\": \"%s\", \"new\": \"%s\"}".formatted(Account.PASSWORD, NEW);

        grace.request(body).put("/users/{id}/password", ada.id()).then().spec(problem(403));
        Account.admin()
                .request(body)
                .put("/users/{id}/password", ada.id())
                .then()
                .spec(problem(403));
        given().contentType("application/json")
                .body(body)
                .put("/users/{id}/password", ada.id())
                .then()
                .spec(problem(401));

        assertEquals(200, logIn(Account.PASSWORD).statusCode());
    }

    @Test
    void concurrentPasswordChangesHaveOneWinner() {
        List<Integer> answers = Race.run(
                2, number -> change(ada, Account.PASSWORD, NEW + number).statusCode());

        assertEquals(List.of(204, 422), answers.stream().sorted().toList());
    }

    @Test
    void noSessionOfTheOldPasswordOutlivesTheChange() {
        Callable<Integer> change = () -> change(ada, Account.PASSWORD, NEW).statusCode();
        Callable<Integer> logIn = () -> logIn(Account.PASSWORD).statusCode();

        assertEquals(204, Race.run(List.of(change, logIn, logIn, logIn)).get(0));

        // The session of the registration made the change.
        assertEquals(1, Database.count("select count(*) from sessions where user_id = ?", ada.id()));
    }

    @Test
    void passwordCannotBeRead() {
        ada.request()
                .get("/users/{id}/password", ada.id())
                .then()
                .spec(problem(405))
                .header("Allow", equalTo("PUT"));
    }

    private static Response change(Account caller, String current, String replacement) {
        return caller.request("{\"current\": \"%s\", \"new\": \"%s\"}".formatted(current, replacement))
                .put("/users/{id}/password", caller.id());
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
