package dev.quire.header;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class HeadersResourceTest {
    private static final String STRICT = "Strict-Transport-Security";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/posts",
                "/posts/0",
                "/posts/x",
                "/nowhere",
                "/users",
                "/authentication",
                "/.well-known/jwks.json",
                "/q/openapi"
            })
    void nothingIsTakenForAnotherType(String path) {
        given().get(path).then().header("X-Content-Type-Options", equalTo("nosniff"));
    }

    @Test
    void norIsAnAnswerToWhatIsNoPath() throws IOException {
        String answer = Wire.exchange("GET /%zz HTTP/1.1\nHost: quire\nConnection: close\n");

        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertTrue(answer.toLowerCase(Locale.ROOT).contains("x-content-type-options: nosniff"), answer);
    }

    @Test
    void whatIsPrivateIsStoredByNobody() {
        Account ada = Account.register();
        for (String path : new String[] {
            "/authentication",
            "/authentication/sessions",
            "/users/" + ada.id(),
            "/users/" + ada.id() + "/address",
            "/addresses",
            "/users"
        }) {
            ada.request().get(path).then().header("Cache-Control", equalTo("no-store"));
        }
        for (String path : new String[] {"log-in", "register", "refresh", "log-out"}) {
            given().contentType("application/json")
                    .body("{}")
                    .post("/authentication/" + path)
                    .then()
                    .header("Cache-Control", equalTo("no-store"));
        }
        given().contentType("application/json")
                .body(Map.of("email", ada.email(), "password", Account.PASSWORD))
                .post("/authentication/log-in")
                .then()
                .statusCode(200)
                .header("Cache-Control", equalTo("no-store"));
    }

    @Test
    void whatIsPublicMayBe() {
        given().get("/posts").then().header("Cache-Control", nullValue());
        given().get("/users/" + Account.admin().id()).then().header("Cache-Control", nullValue());
    }

    @Test
    void tlsIsAskedForWhereItIs() {
        given().get("/posts").then().header(STRICT, nullValue());
        given().header("X-Forwarded-Proto", "http").get("/posts").then().header(STRICT, nullValue());

        given().header("X-Forwarded-Proto", "https").get("/posts").then().header(STRICT, equalTo("max-age=31536000"));
        given().header("X-Forwarded-Proto", "https").get("/nowhere").then().header(STRICT, equalTo("max-age=31536000"));
    }

    @Test
    void otherOriginsGetNoAnswerThatABrowserWouldShowThem() {
        given().header("Origin", "https://elsewhere.test")
                .get("/posts")
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", nullValue());
        given().header("Origin", "https://elsewhere.test")
                .header("Access-Control-Request-Method", "POST")
                .options("/posts")
                .then()
                .header("Access-Control-Allow-Origin", nullValue());
        given().header("Origin", "null").get("/posts").then().header("Access-Control-Allow-Origin", nullValue());
    }

    @Test
    void anOriginThatIsConfiguredDoes() {
        given().header("Origin", "https://app.quire.test")
                .get("/posts")
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", equalTo("https://app.quire.test"))
                .header("Access-Control-Allow-Credentials", nullValue())
                .header("Access-Control-Expose-Headers", containsString("Location"));
        given().header("Origin", "https://app.quire.test")
                .header("Access-Control-Request-Method", "PATCH")
                .header("Access-Control-Request-Headers", "authorization")
                .options("/posts/1")
                .then()
                .statusCode(204)
                .header("Access-Control-Allow-Methods", containsString("PATCH"))
                .header("Access-Control-Allow-Headers", containsString("Authorization"))
                .header("Access-Control-Allow-Headers", containsString("traceparent"));
    }

    @Test
    void twoTokensAreOneTooMany() throws IOException {
        String good = Account.register().token();
        for (String other : new String[] {good, "x", Account.admin().token()}) {
            String answer = Wire.exchange("GET /authentication HTTP/1.1\nHost: quire\nConnection: close\n"
                    + "Authorization: Bearer " + good + "\nAuthorization: Bearer " + other + "\n");

            assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
            assertTrue(answer.contains("application/problem+json"), answer);
            assertTrue(answer.contains("\"header\":\"Authorization\""), answer);
        }
    }

    @Test
    void anInvalidRequestIsAProblem() {
        given().header("Authorization", "a", "b").get("/posts").then().spec(problem(400));
    }
}
