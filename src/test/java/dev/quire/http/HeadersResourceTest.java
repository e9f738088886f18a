package dev.quire.http;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class HeadersResourceTest {
    private static final String STRICT = "Strict-Transport-Security";

    /** Includes Origin because the configuration of the tests has origins. */
    private static final String VARY = "Accept, Accept-Encoding, Prefer, Origin";

    /**
     * The reads of the OpenAPI document: their cacheability without a token (401 if refused) and with one; and whether
     * they vary.
     */
    private static final String READS = """
            /posts                  | public, no-cache    | private, no-cache   | false
            /posts/{id}             | public, no-cache    | private, no-cache   | false
            /posts/{id}/categories  | public, no-cache    | private, no-cache   | false
            /posts/{id}/comments    | public, no-cache    | private, no-cache   | false
            /changes                | public, no-cache    | no-store            | true
            /comments/{id}          | public, no-cache    | private, no-cache   | false
            /users                  |                     | no-store            | true
            /users/{id}             | public, no-cache    | no-store            | true
            /users/{id}/address     |                     | no-store            | true
            /users/{id}/posts       | public, no-cache    | private, no-cache   | false
            /users/{id}/comments    | public, no-cache    | private, no-cache   | false
            /addresses              |                     | no-store            | true
            /addresses/{id}         |                     | no-store            | true
            /categories             | public, no-cache    | private, no-cache   | false
            /categories/{id}        | public, no-cache    | private, no-cache   | false
            /categories/{id}/posts  | public, no-cache    | private, no-cache   | false
            /categories/named/{name}| public, no-cache    | private, no-cache   | false
            /authentication         |                     | no-store            | false
            /authentication/sessions|                     | no-store            | false
            /posts/export               | no-store            | no-store            | false
            /posts/{id}/comments/export | no-store            | no-store            | false
            /users/export               |                     | no-store            | true
            /users/{id}/posts/export    | no-store            | no-store            | false
            /users/{id}/comments/export | no-store            | no-store            | false
            /addresses/export           |                     | no-store            | true
            /categories/export          | no-store            | no-store            | false
            /categories/{id}/posts/export|no-store            | no-store            | false
            /authentication/sessions/export|                  | no-store            | false
            /.well-known/jwks.json  | public, max-age=300 | public, max-age=300 | false
            """;

    private static Graph graph;

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
    void responsesForbidContentSniffing(String path) {
        given().get(path).then().header("X-Content-Type-Options", equalTo("nosniff"));
    }

    @Test
    void undecodablePathForbidsContentSniffing() throws IOException {
        String answer = Wire.exchange("GET /%zz HTTP/1.1\nHost: quire\nConnection: close\n");

        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertTrue(answer.toLowerCase(Locale.ROOT).contains("x-content-type-options: nosniff"), answer);
    }

    @Test
    void confidentialResponsesAreNotStored() {
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
        for (String path : new String[] {
            "log-in", "register", "refresh", "log-out", "recovery", "recovery/complete", "confirmation/complete"
        }) {
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
    void allDocumentedReadsAreCovered() {
        Map<String, Map<String, Object>> paths =
                given().queryParam("format", "json").get("/q/openapi").path("paths");

        Set<String> documented = paths.entrySet().stream()
                .filter(path -> path.getValue().containsKey("get"))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());

        assertEquals(
                documented, READS.lines().map(read -> read.split("[ |]+")[0]).collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = READS)
    void readsDeclareTheirCacheability(String template, String withoutToken, String withToken, boolean varies) {
        if (graph == null) {
            graph = Graph.make(RestAssured.port, Account.admin().token());
        }
        String path = graph.fill(template.replace("{name}", "NAME")
                .replaceFirst("(?<=^/users/)\\{id}", "USER")
                .replaceFirst("(?<=^/posts/)\\{id}", "POST")
                .replaceFirst("(?<=^/addresses/)\\{id}", "ADDRESS")
                .replaceFirst("(?<=^/comments/)\\{id}", "COMMENT")
                .replaceFirst("(?<=^/categories/)\\{id}", "CATEGORY"));
        String vary = varies ? VARY + ", Authorization" : VARY;
        // An export has no tag to revalidate.
        int known = path.endsWith("/export") ? 200 : 304;

        for (String method : new String[] {"GET", "HEAD"}) {
            for (boolean isKnown : new boolean[] {false, true}) {
                Response answer = request(given(), isKnown).request(method, path);
                if (withoutToken == null) {
                    assertKept(answer, 401, "no-store", VARY);
                } else {
                    assertKept(answer, isKnown ? known : 200, withoutToken, vary);
                }
                assertKept(
                        request(Account.admin().request(), isKnown).request(method, path),
                        isKnown ? known : 200,
                        withToken,
                        vary);
            }
        }
    }

    private static RequestSpecification request(RequestSpecification reader, boolean isKnown) {
        return isKnown ? reader.header("If-None-Match", "*") : reader;
    }

    private static void assertKept(Response answer, int status, String control, String vary) {
        answer.then()
                .statusCode(status)
                .header("Cache-Control", equalTo(control))
                .header("Vary", equalTo(vary));
    }

    @Test
    void notModifiedRepeatsTheCachingHeaders() {
        Account ada = Account.register();
        for (String path : new String[] {"/posts/" + ada.post("Unchanged"), "/posts?limit=50", "/users/" + ada.id()}) {
            for (Supplier<RequestSpecification> reader :
                    List.<Supplier<RequestSpecification>>of(RestAssured::given, ada::request)) {
                Response whole = reader.get().get(path);
                Response answer = reader.get()
                        .header("If-None-Match", whole.header("ETag"))
                        .get(path);
                assertEquals(304, answer.statusCode());
                for (String field : List.of("Cache-Control", "Vary", "ETag")) {
                    assertEquals(whole.header(field), answer.header(field));
                }
            }
        }
        String tag = given().get("/.well-known/jwks.json").header("ETag");
        given().header("If-None-Match", tag)
                .get("/.well-known/jwks.json")
                .then()
                .statusCode(304)
                .header("Cache-Control", equalTo("public, max-age=300"));
    }

    @Test
    void writesProblemsAndStreamsAreNotStored() throws IOException {
        Account ada = Account.register();
        String post = "/posts/" + ada.post("Written");
        String title = "{\"title\": \"New\"}";
        for (Response answer : List.of(
                ada.request("{\"title\": \"T\", \"content\": \"C\"}").post("/posts"),
                ada.request(title).patch(post),
                ada.request().header("If-Match", "\"other\"").delete(post),
                ada.request().delete(post + "?dryRun=true"),
                ada.request().delete(post),
                ada.request("[]").post("/batch"),
                given().get(post),
                given().get("/posts?unknown=1"),
                given().get("/nowhere"),
                given().get("/users"),
                given().header("Authorization", "Bearer none").get("/posts"),
                given().header("If-None-Match", "none").get("/posts"),
                given().put("/posts"),
                given().options("/posts"),
                given().accept("text/html").get("/posts"),
                given().accept("application/x-ndjson").get("/posts?fields=id"),
                given().accept("application/x-ndjson").head("/posts"),
                given().get("/posts/export?fields=id"))) {
            answer.then().header("Cache-Control", equalTo("no-store")).header("Vary", equalTo(VARY));
        }
        String nowhere = Wire.exchange("GET /%zz HTTP/1.1\nHost: quire\nConnection: close\n");
        assertTrue(nowhere.toLowerCase(Locale.ROOT).contains("cache-control: no-store"), nowhere);
    }

    /** Quarkus decodes and normalizes a path. */
    @ParameterizedTest
    @ValueSource(strings = {"/%61uthentication", "/./authentication", "/posts/../authentication"})
    void confidentialResponsesAreNotStoredForAnyPathSpelling(String path) throws IOException {
        String answer =
                Wire.exchange("GET " + path + " HTTP/1.1\nHost: quire\nConnection: close\nAuthorization: Bearer "
                        + Account.register().token() + "\n");

        assertTrue(answer.toLowerCase(Locale.ROOT).contains("cache-control: no-store"), answer);
    }

    @Test
    void strictTransportSecurityIsSentOverTlsOnly() {
        given().get("/posts").then().header(STRICT, nullValue());
        given().header("X-Forwarded-Proto", "http").get("/posts").then().header(STRICT, nullValue());

        given().header("X-Forwarded-Proto", "https").get("/posts").then().header(STRICT, equalTo("max-age=31536000"));
        given().header("X-Forwarded-Proto", "https").get("/nowhere").then().header(STRICT, equalTo("max-age=31536000"));
    }

    @Test
    void unknownOriginsGetNoCorsHeaders() {
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
    void developmentFeaturesAreOff() {
        given().header("Origin", "http://localhost:3000")
                .get("/posts")
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", nullValue())
                .header("Server-Timing", nullValue());
        given().get("/").then().statusCode(404);
    }

    @Test
    void configuredOriginsGetCorsHeaders() {
        given().header("Origin", "https://app.quire.test")
                .get("/posts")
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", equalTo("https://app.quire.test"))
                .header("Access-Control-Allow-Credentials", nullValue())
                .header("Vary", equalTo(VARY))
                .header("Access-Control-Expose-Headers", containsString("Location"))
                .header("Access-Control-Expose-Headers", containsString("Allow"))
                .header("Access-Control-Expose-Headers", containsString("Accept-Patch"));
        given().header("Origin", "https://app.quire.test")
                .header("Access-Control-Request-Method", "PATCH")
                .header("Access-Control-Request-Headers", "authorization")
                .options("/posts/1")
                .then()
                .statusCode(204)
                .header("Access-Control-Allow-Methods", containsString("PATCH"))
                .header("Access-Control-Allow-Headers", containsString("Authorization"))
                .header("Access-Control-Allow-Headers", containsString("traceparent"))
                .header("Access-Control-Allow-Headers", containsString("baggage"))
                .header("Access-Control-Allow-Headers", containsString("sentry-trace"));
    }

    @Test
    void twoAuthorizationHeadersAreMalformed() throws IOException {
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
    void duplicateAuthorizationIsAProblemDocument() {
        given().header("Authorization", "a", "b").get("/posts").then().spec(problem(400));
    }
}
