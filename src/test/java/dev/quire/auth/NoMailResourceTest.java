package dev.quire.auth;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A service without a mail server: operations by mail are not found, and the others need no mails. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class NoMailResourceTest {
    @Test
    void operationsByMailAreNotFound() {
        Account ada = Account.register();
        for (Map.Entry<String, Map<String, String>> request : Map.of(
                        "/authentication/recovery", Map.of("email", ada.email()),
                        "/authentication/recovery/complete", Map.of("token", "x", "password", Account.PASSWORD),
                        "/authentication/confirmation/complete", Map.of("token", "x"))
                .entrySet()) {
            given().contentType("application/json")
                    .body(request.getValue())
                    .post(request.getKey())
                    .then()
                    .spec(problem(404))
                    .body("detail", equalTo("This service sends no mails."));
        }
        ada.request().post("/authentication/confirmation").then().spec(problem(404));
        Account.admin().request().post("/users/{id}/recovery", ada.id()).then().spec(problem(404));

        assertEquals(0, Database.count("select count(*) from mails"));
    }

    @Test
    void newUserNeedsAPassword() {
        Account.admin()
                .request("{\"email\": \"no-password@quire.test\", \"name\": \"N\"}")
                .post("/users")
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains("/password"));
    }

    @Test
    void emailIsChangedAtOnce() {
        Account ada = Account.register();
        ada.request("{\"email\": \"new-%s\"}".formatted(ada.email()))
                .patch("/users/{id}", ada.id())
                .then()
                .statusCode(200)
                .body("email", equalTo("new-" + ada.email()))
                .body("pendingEmail", nullValue())
                .body("emailConfirmed", equalTo(false));
    }
}
