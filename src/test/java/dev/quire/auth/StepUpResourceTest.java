package dev.quire.auth;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Operations that need a recent log-in, because a stolen token must not suffice for them. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class StepUpResourceTest {
    private static final String CHALLENGE = "error=\"insufficient_user_authentication\"";

    @Test
    void refreshKeepsTheTimeOfTheLogIn() throws IOException {
        Account ada = Account.register();
        Response logIn = logIn(ada.email(), Account.PASSWORD);
        long time = authTime(logIn);

        assertEquals(Instant.now().getEpochSecond(), time, 60);
        assertEquals(time, authTime(refresh(logIn)));
    }

    @Test
    void changedEmailAndDeletionNeedARecentLogIn() throws Exception {
        Account ada = Account.register();
        RequestSpecification stale = stale(ada.email(), Account.PASSWORD);

        assertStale(given().spec(stale)
                .body("{\"email\": \"new-%s\"}".formatted(ada.email()))
                .patch("/users/{id}", ada.id()));
        assertStale(given().spec(stale)
                .body("{\"email\": \"new-%s\", \"name\": \"Ada\"}".formatted(ada.email()))
                .put("/users/{id}", ada.id()));
        assertStale(given().spec(stale).delete("/users/{id}", ada.id()));
        assertStale(given().spec(stale)
                .body("[{\"method\": \"DELETE\", \"path\": \"/users/%d\"}]".formatted(ada.id()))
                .post("/batch"));

        given().spec(stale)
                .body("{\"name\": \"Ada\"}")
                .patch("/users/{id}", ada.id())
                .then()
                .statusCode(200);
        given().spec(stale)
                .body("{\"email\": \"%s\", \"name\": \"Ada\"}".formatted(ada.email()))
                .put("/users/{id}", ada.id())
                .then()
                .statusCode(200);
        given().spec(stale).delete("/users/{id}?dryRun=true", ada.id()).then().statusCode(200);
        ada.request().delete("/users/{id}", ada.id()).then().statusCode(204);
    }

    @Test
    void changedEmailInGraphqlNeedsARecentLogIn() throws Exception {
        Account ada = Account.register();

        given().spec(stale(ada.email(), Account.PASSWORD))
                .body(Map.of("query", "mutation { updateMe(input: {email: \"new@quire.test\"}) { id } }"))
                .post("/graphql")
                .then()
                .body("data", nullValue())
                .body("errors[0].extensions.problem.status", equalTo(401));
    }

    @Test
    void changedRolesNeedARecentLogIn() throws Exception {
        Account ada = Account.register();
        RequestSpecification stale = stale(Environment.ADMIN_EMAIL, Environment.ADMIN_PASSWORD);

        assertStale(given().spec(stale).body("[\"user\", \"admin\"]").put("/users/{id}/roles", ada.id()));
        assertStale(given().spec(stale).delete("/users/{id}", ada.id()));
        given().spec(stale).get("/users").then().statusCode(200);
    }

    private static void assertStale(Response response) {
        response.then()
                .spec(problem(401))
                .header("WWW-Authenticate", containsString(CHALLENGE))
                .header("WWW-Authenticate", containsString("max_age=\"3600\""));
    }

    /** Requests with the token of a session that began two hours ago. */
    private static RequestSpecification stale(String email, String password) throws SQLException {
        Response logIn = logIn(email, password);
        Database.execute("""
                update sessions set created_at = now() - interval '2 hours' where id = (
                  select max(s.id) from sessions s join users u on u.id = s.user_id where u.email = ?)
                """, email);
        return given().auth().oauth2(refresh(logIn).path("accessToken")).contentType("application/json");
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

    private static long authTime(Response tokens) throws IOException {
        String token = tokens.path("accessToken");
        JsonNode claims = new ObjectMapper().readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
        return claims.path("auth_time").asLong();
    }
}
