package dev.quire.environment;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** Over all tests the service is asked by both protocols: in the JVM of the tests by HTTP/2, when packaged by HTTP/1.1. */
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
