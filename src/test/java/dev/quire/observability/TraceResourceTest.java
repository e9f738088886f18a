package dev.quire.observability;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The trace of a refused request, which its problem document names: the client's own, if it sent one. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class TraceResourceTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

    private static Account ada;

    private static Account ada() {
        if (ada == null) {
            ada = Account.register();
        }
        return ada;
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /posts/777000777, 404",
        "GET, /nowhere, 404",
        "GET, /posts/x, 400",
        "GET, /posts?unknown=1, 400",
        "GET, /authentication, 401",
        "POST, /posts/1, 405",
        "DELETE, /posts/1, 401"
    })
    void problemHasTheTraceOfItsRequest(String method, String path, int status) {
        given().header("traceparent", PARENT)
                .request(method, path)
                .then()
                .spec(problem(status))
                .body("traceId", equalTo(TRACE));
    }

    @Test
    void problemOfAnAuthenticatedRequestHasItsTrace() {
        sent(PARENT).get("/users").then().spec(problem(403)).body("traceId", equalTo(TRACE));
        sent(PARENT)
                .contentType("application/json")
                .body("{}")
                .post("/posts")
                .then()
                .spec(problem(422))
                .body("traceId", equalTo(TRACE));
        sent(PARENT)
                .contentType("application/json")
                .body("[{\"method\": \"DELETE\", \"path\": \"/posts/777000777\"}]")
                .post("/batch")
                .then()
                .spec(problem(404))
                .body("traceId", equalTo(TRACE));
        sent(PARENT)
                .contentType("application/json")
                .body(" ".repeat(1 << 20) + "{}")
                .post("/posts")
                .then()
                .spec(problem(413))
                .body("traceId", equalTo(TRACE));
    }

    @Test
    void earlyRefusalHasTheTraceOfItsRequest() throws IOException {
        for (String head :
                new String[] {"GET /%zz HTTP/1.1\n", "GET / HTTP/1.1\nAuthorization: a\nAuthorization: b\n"}) {
            String answer = Wire.exchange(head + "Host: quire\nConnection: close\ntraceparent: " + PARENT + "\n");

            assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
            assertTrue(answer.contains("\"traceId\":\"" + TRACE + "\""), answer);
        }
    }

    @Test
    void timeoutHasTheTraceOfItsRequest() {
        given().get("/posts/1");
        Environment.network().stall();
        try {
            given().header("traceparent", PARENT)
                    .get("/posts/1")
                    .then()
                    .spec(problem(503))
                    .body("traceId", equalTo(TRACE));
        } finally {
            Environment.restoreNetwork();
        }
        while (given().get("/posts").statusCode() != 200) {
            Thread.onSpinWait();
        }
    }

    /** W3C Trace Context, section 3.2.2.3: additions of later versions are ignored. */
    @ParameterizedTest
    @ValueSource(strings = {"00-%s-00f067aa0ba902b7-00", "00-%s-00f067aa0ba902b7-ff", "cc-%s-00f067aa0ba902b7-01-more"})
    void validTraceparentIsContinued(String parent) {
        refused(parent.formatted(TRACE)).body("traceId", equalTo(TRACE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "4bf92f3577b34da6a3ce929d0e0e4736",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            })
    void malformedTraceparentIsIgnored(String parent) {
        String first = refused(parent).extract().path("traceId");
        String second = refused(parent).extract().path("traceId");

        assertNotEquals(first, second);
        assertNotEquals(TRACE, first);
        assertNotEquals("0".repeat(32), first);
    }

    @Test
    void requestWithoutTraceparentStartsATrace() {
        String first =
                given().get("/nowhere").then().spec(problem(404)).extract().path("traceId");
        String second =
                given().get("/nowhere").then().spec(problem(404)).extract().path("traceId");

        assertNotEquals(first, second);
    }

    @Test
    void concurrentRequestsDoNotMixTheirTraces() {
        // Over HTTP/2 a connection has a hundred streams at most, and this client does not wait for one.
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var answers = new LinkedHashMap<String, CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < 300; i++) {
            String trace = UUID.randomUUID().toString().replace("-", "");
            // Refused by a pipelined statement, in a transaction, without the database
            String path = new String[] {"/posts/777000777", "/categories/777000777", "/nowhere"}[i % 3];
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path))
                    .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                    .header("Authorization", "Bearer " + ada().token())
                    .header("Content-Type", "application/json")
                    .method(i % 2 == 0 ? "GET" : "DELETE", HttpRequest.BodyPublishers.noBody())
                    .build();
            answers.put(trace, client.sendAsync(request, BodyHandlers.ofString()));
        }
        answers.forEach((trace, answer) -> {
            String body = answer.join().body();
            assertEquals(trace, JsonPath.from(body).getString("traceId"), body);
        });
    }

    /** Only successful creations are stored with a key, so a problem belongs to its own request. */
    @Test
    void repeatedRefusalHasItsOwnTrace() {
        String other = "00-" + "a".repeat(32) + "-00f067aa0ba902b7-01";
        String key = UUID.randomUUID().toString();
        for (Map.Entry<String, String> each :
                Map.of(PARENT, TRACE, other, "a".repeat(32)).entrySet()) {
            sent(each.getKey())
                    .contentType("application/json")
                    .header("Idempotency-Key", key)
                    .body("{\"title\": \"\", \"content\": \"Content\"}")
                    .post("/posts")
                    .then()
                    .spec(problem(422))
                    .body("traceId", equalTo(each.getValue()));
        }
    }

    /** These are the default ports of OpenTelemetry collectors. */
    @ParameterizedTest
    @ValueSource(ints = {4317, 4318})
    void noSpanIsSentWithoutAnEndpoint(int port) throws IOException {
        try (ServerSocket collector = new ServerSocket(port)) {
            given().header("traceparent", PARENT).get("/posts?limit=1").then().statusCode(200);

            // Spans are sent every 5 seconds.
            collector.setSoTimeout(7000);
            assertThrows(SocketTimeoutException.class, collector::accept);
        } catch (BindException e) {
            abort("another process listens at " + port);
        }
    }

    private static ValidatableResponse refused(String parent) {
        return given().header("traceparent", parent).get("/nowhere").then().spec(problem(404));
    }

    private static RequestSpecification sent(String parent) {
        return ada().request().header("traceparent", parent);
    }
}
