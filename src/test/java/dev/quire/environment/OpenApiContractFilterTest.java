package dev.quire.environment;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.builder.ResponseBuilder;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The filter that fails any test with undocumented requests or responses: here with responses that the service never
 * gave.
 */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class OpenApiContractFilterTest {
    private static final String TAG = "\"tag\"";

    private static RequestSpecification answered(int status, String type, String body, String header, String value) {
        var answer = new ResponseBuilder()
                .setStatusCode(status)
                .setContentType(type)
                .setBody(body)
                .setHeader(header, value);
        return given().filter((request, expected, context) -> answer.build());
    }

    private static RequestSpecification answered(int status, String type, String body) {
        return answered(status, type, body, "ETag", TAG);
    }

    @Test
    void documentedAnswerIsAccepted() {
        answered(200, "application/json", "{\"title\": \"Notes\"}")
                .queryParam("fields", "title")
                .get("/posts/1");
    }

    /** Members are absent when the request selects others, and only then. */
    @Test
    void unselectedMembersMayBeAbsent() {
        String author = "{\"author\": {\"id\": 7, \"name\": \"Ada\"}";
        String values = "\"id\": 1, \"title\": \"Notes\", \"content\": \"\","
                + " \"createdAt\": \"2026-01-31T12:00:00Z\", \"updatedAt\": \"2026-01-31T12:00:00Z\"}";
        answered(200, "application/json", author + ", " + values)
                .queryParam("include", "author")
                .get("/posts/1");
        assertFails("categories", answered(200, "application/json", author + ", " + values));
        assertFails("title", answered(200, "application/json", author + "}").queryParam("include", "author"));
        answered(200, "application/json", author + "}")
                .queryParam("fields", "author")
                .get("/posts/1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "299 | application/json | {\"title\": \"Notes\"} | the status",
                "200 | application/xml | <post/> | the media type",
                "200 | application/json | {\"title\": 7} | /title",
                "200 | application/json | {\"createdAt\": \"yesterday\"} | /createdAt",
                "200 | application/json | '' | there is no body",
                "404 | application/problem+json | {\"status\": 404} | required"
            })
    void undocumentedAnswerFailsTheTest(int status, String type, String body, String lie) {
        assertFails(lie, answered(status, type, body));
    }

    @Test
    void undocumentedHeadersFailTheTest() {
        assertFails("X-Powered-By is not documented", answered(200, "application/json", "{}", "X-Powered-By", "x"));
        assertFails("ETag is missing", answered(200, "application/json", "{}", "Date", "now"));
    }

    @Test
    void acceptedUndocumentedRequestsFailTheTest() {
        assertFails("the parameter x", answered(200, "application/json", "{}").queryParam("x", 1));
        assertFails("fields", answered(200, "application/json", "{}").queryParam("fields", "password"));
        var post = answered(200, "application/json", "{}")
                .contentType(ContentType.JSON)
                .body("{\"title\": 7}");
        String said =
                assertThrows(AssertionError.class, () -> post.patch("/posts/1")).getMessage();
        assertTrue(said.contains("the body of the request: /title"), said);
    }

    private static void assertFails(String lie, RequestSpecification request) {
        String said = assertThrows(AssertionError.class, () -> request.get("/posts/1"))
                .getMessage();
        assertTrue(said.contains(lie), said);
    }
}
