package dev.quire.auth;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class SessionResourceTest {
    private Account ada;
    private Response phone;
    private Response tablet;

    @BeforeEach
    void logInOnTwoDevices() throws Exception {
        ada = Account.register();
        Database.execute("delete from sessions where user_id = ?", ada.id());
        phone = logIn("phone");
        tablet = logIn("tablet");
    }

    @Test
    void sessionsAreListedByLastUse() {
        with(phone)
                .get("/authentication/sessions")
                .then()
                .statusCode(200)
                .body("userAgent", contains("tablet", "phone"))
                .body("current", contains(false, true))
                .body("[0].keySet()", containsInAnyOrder("id", "userAgent", "current", "createdAt", "usedAt"))
                .body(not(containsString(phone.<String>path("refreshToken"))));

        refresh(phone, "phone, updated").then().statusCode(200);

        with(tablet)
                .get("/authentication/sessions")
                .then()
                .body("userAgent", contains("phone, updated", "tablet"))
                .body("current", contains(false, true));
    }

    @Test
    void sessionsArePagedAndProjectedLikeOtherLists() {
        with(phone)
                .get("/authentication/sessions?limit=1&sort=usedAt&fields=userAgent")
                .then()
                .statusCode(200)
                .header("Link", containsString("rel=\"next\""))
                .body("$", equalTo(List.of(Map.of("userAgent", "phone"))));
        with(phone)
                .accept("application/x-ndjson")
                .get("/authentication/sessions")
                .then()
                .statusCode(200)
                .body(containsString("{\"count\":2}"));
        with(phone).get("/authentication/sessions?limit=0").then().spec(problem(400));
    }

    @Test
    void refreshKeepsTheSession() {
        Response later = refresh(phone, "phone");

        with(later).get("/authentication/sessions").then().body("find { it.current }.userAgent", equalTo("phone"));
    }

    @Test
    void expiredSessionIsNotListed() throws Exception {
        Database.execute(
                "update sessions set used_at = now() - interval '31 days' where user_id = ? and user_agent = 'tablet'",
                ada.id());

        with(phone).get("/authentication/sessions").then().body("userAgent", contains("phone"));
    }

    @Test
    void userAgentIsTruncatedAndStrippedOfControlCharacters() {
        logIn("x".repeat(1000));
        given().contentType("application/json")
                .header("User-Agent", "a\tb")
                .body(Map.of("email", ada.email(), "password", Account.PASSWORD))
                .post("/authentication/log-in")
                .then()
                .statusCode(200);

        with(phone)
                .get("/authentication/sessions")
                .then()
                .body("userAgent", contains("ab", "x".repeat(300), "tablet", "phone"));
    }

    @Test
    void aDeviceCanBeLoggedOutFromAnother() {
        int id = id("tablet");

        with(phone)
                .delete("/authentication/sessions/{id}?dryRun=true", id)
                .then()
                .statusCode(200)
                .body("deleted.relation", contains("sessions"));
        with(phone).get("/authentication/sessions").then().body("$", hasSize(2));

        with(phone).delete("/authentication/sessions/{id}", id).then().statusCode(204);

        with(phone).get("/authentication/sessions").then().body("userAgent", contains("phone"));
        assertEquals(401, refresh(tablet, "tablet").statusCode());
        assertEquals(200, refresh(phone, "phone").statusCode());
        with(phone).delete("/authentication/sessions/{id}", id).then().spec(problem(404));
    }

    @Test
    void sessionsOfOthersAreNotFound() {
        Account grace = Account.register();
        int id = id("tablet");

        grace.request().get("/authentication/sessions").then().body("id", not(contains(id)));
        grace.request().delete("/authentication/sessions/{id}", id).then().spec(problem(404));
        Account.admin()
                .request()
                .delete("/authentication/sessions/{id}", id)
                .then()
                .spec(problem(404));

        assertEquals(200, refresh(tablet, "tablet").statusCode());
    }

    @Test
    void sessionsRequireAToken() {
        given().get("/authentication/sessions").then().spec(problem(401));
        given().delete("/authentication/sessions/{id}", id("tablet")).then().spec(problem(401));
    }

    private int id(String device) {
        return with(phone).get("/authentication/sessions").path("find { it.userAgent == '" + device + "' }.id");
    }

    private Response logIn(String device) {
        return given().contentType("application/json")
                .header("User-Agent", device)
                .body(Map.of("email", ada.email(), "password", Account.PASSWORD))
                .post("/authentication/log-in");
    }

    private static Response refresh(Response tokens, String device) {
        return given().contentType("application/json")
                .header("User-Agent", device)
                .body(Map.of("refreshToken", tokens.path("refreshToken")))
                .post("/authentication/refresh");
    }

    private static RequestSpecification with(Response tokens) {
        return given().auth().oauth2(tokens.path("accessToken"));
    }
}
