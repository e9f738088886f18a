package dev.quire.environment;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** The protocols of the tests: HTTP/2 in the JVM of the tests, HTTP/1.1 against the packaged program. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class Http2ResourceTest {
    private final boolean isPackaged = getClass().isAnnotationPresent(QuarkusIntegrationTest.class);

    @Test
    void testsSpeakTheExpectedProtocol() {
        assertEquals(
                isPackaged ? "HTTP/1.1 200 OK" : "h2 200",
                Account.register().request().get("/posts").statusLine());
    }

    @Test
    void connectionHeaderIsSentOverHttp1() {
        assertEquals(
                "HTTP/1.1 200 OK",
                given().header("Connection", "close").get("/posts").statusLine());
    }
}
