package dev.quire.http;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.containsStringIgnoringCase;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.startsWith;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.hamcrest.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class ProblemResourceTest {
    private static final int MAX_BODY = 1 << 20;
    private static final String POST = "{\"title\": \"Long\", \"content\": \"Content\"}";

    private static Account ada;

    private static Account ada() {
        if (ada == null) {
            ada = Account.register();
        }
        return ada;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/nowhere", "/posts/1/nothing", "/users/1/posts/2", "/Posts", "/q/nowhere", "/posts.json"})
    void anUnknownPathIsAProblem(String path) {
        given().get(path).then().spec(problem(404)).body("instance", equalTo(path));
        ada().request("{}").post(path).then().spec(problem(404));
    }

    @Test
    void missingRowIsAProblemAtItsPath() {
        given().get("/posts/9223372036854775807")
                .then()
                .spec(problem(404))
                .body("type", equalTo("about:blank"))
                .body("title", equalTo("Not Found"))
                .body("instance", equalTo("/posts/9223372036854775807"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    DELETE | /posts                 | GET, HEAD, POST
                    PATCH  | /posts                 | GET, HEAD, POST
                    POST   | /posts/1               | DELETE, GET, HEAD, PATCH, PUT
                    POST   | /posts/1/categories    | GET, HEAD, PUT
                    GET    | /posts/1/categories/2  | DELETE, PUT
                    PUT    | /posts/1/comments      | GET, HEAD, POST
                    POST   | /posts/1/comments/export | GET, HEAD
                    DELETE | /authentication/sessions | GET, HEAD
                    POST   | /changes               | GET, HEAD
                    PUT    | /comments/1            | DELETE, GET, HEAD, PATCH
                    POST   | /users/1/comments      | GET, HEAD
                    PUT    | /users                 | GET, HEAD, POST
                    POST   | /users/1               | DELETE, GET, HEAD, PATCH, PUT
                    PATCH  | /users/1/address       | DELETE, GET, HEAD, PUT
                    POST   | /users/1/posts         | GET, HEAD
                    DELETE | /addresses             | GET, HEAD, POST
                    PUT    | /addresses/1           | GET, HEAD
                    PUT    | /categories            | GET, HEAD, POST
                    POST   | /categories/1          | DELETE, GET, HEAD, PATCH, PUT
                    DELETE | /categories/1/posts    | GET, HEAD
                    POST   | /categories/named/Java | GET, HEAD, PUT
                    GET    | /authentication/log-in | POST
                    GET    | /authentication/recovery | POST
                    PUT    | /authentication/recovery/complete | POST
                    DELETE | /authentication/confirmation | POST
                    GET    | /authentication/confirmation/complete | POST
                    GET    | /authentication/totp   | DELETE, POST
                    DELETE | /authentication/totp/confirm | POST
                    DELETE | /users/1/recovery      | POST
                    """)
    void unsupportedMethodIsAProblemWithAllow(String method, String path, String allowed) {
        String allow = ada().request("{}")
                .request(method, path)
                .then()
                .spec(problem(405))
                .extract()
                .header("Allow");

        Set<String> methods = Arrays.stream(allow.split(", ?")).collect(Collectors.toSet());
        assertThat(methods, equalTo(Set.of(allowed.split(", "))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/posts", "/categories", "/posts/1"})
    void unavailableMediaTypeIsNotAcceptable(String path) {
        given().accept("application/xml").get(path).then().spec(problem(406));
        given().accept("text/html").get(path).then().spec(problem(406));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/xml",
                "application/x-www-form-urlencoded",
                "application/merge-patch+json"
            })
    void aBodyOfAnotherMediaTypeIsRefused(String type) throws IOException {
        String head = "POST /posts HTTP/1.1\nHost: quire\nConnection: close\nAuthorization: Bearer " + ada().token()
                + "\nContent-Type: " + type + "\nContent-Length: " + POST.length() + "\n";

        String answer = Wire.exchange(head, POST.getBytes(UTF_8));

        assertThat(answer, startsWith("HTTP/1.1 415 "));
        assertThat(answer, containsStringIgnoringCase("content-type: application/problem+json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/posts/%zz", "/%", "/posts/%a", "/categories/named/%g0", "/users/1%"})
    void undecodablePathIsAProblem(String path) throws IOException {
        String answer = Wire.exchange("GET " + path + " HTTP/1.1\nHost: quire\nConnection: close\n");

        assertThat(answer, startsWith("HTTP/1.1 400 "));
        assertThat(answer, containsStringIgnoringCase("content-type: application/problem+json"));
        assertThat(answer, containsString("\"status\":400"));
        assertThat(answer, containsString("\"instance\":\"" + path + "\""));
    }

    @ParameterizedTest
    @ValueSource(ints = {MAX_BODY + 1, MAX_BODY + 1024, MAX_BODY + 2048, 2 * MAX_BODY})
    void bodyOverOneMebibyteIsRefusedAndTheConnectionClosed(int bytes) throws IOException {
        String head = postHead() + "Content-Length: " + bytes + "\n";

        assertThat(Wire.exchange(head, padded(bytes)), isTooLarge());
        given().get("/posts?limit=1").then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {MAX_BODY + 1, MAX_BODY + 2048, 2 * MAX_BODY})
    void chunkedBodyOverOneMebibyteIsRefused(int bytes) throws IOException {
        String head = postHead() + "Transfer-Encoding: chunked\n";
        byte[] size = (Integer.toHexString(bytes) + "\r\n").getBytes(UTF_8);
        byte[] end = "\r\n0\r\n\r\n".getBytes(UTF_8);

        assertThat(Wire.exchange(head, size, padded(bytes), end), isTooLarge());
        given().get("/posts?limit=1").then().statusCode(200);
    }

    @Test
    void aBodyOfOneMebibyteIsRead() throws IOException {
        String head = postHead() + "Content-Length: " + MAX_BODY + "\nConnection: close\n";

        assertThat(Wire.exchange(head, padded(MAX_BODY)), startsWith("HTTP/1.1 201 "));
    }

    @Test
    void chunkedBodyOfOneMebibyteIsRead() throws IOException {
        String head = postHead() + "Transfer-Encoding: chunked\nConnection: close\n";
        byte[] size = (Integer.toHexString(MAX_BODY) + "\r\n").getBytes(UTF_8);
        byte[] end = "\r\n0\r\n\r\n".getBytes(UTF_8);

        assertThat(Wire.exchange(head, size, padded(MAX_BODY), end), startsWith("HTTP/1.1 201 "));
    }

    /** An unread body would take memory, and block the requests after it. */
    @ParameterizedTest
    @ValueSource(strings = {"POST /nothing", "PUT /posts", "POST /posts", "GET /posts?limit=1"})
    void connectionIsReusableAfterAnUnreadBody(String request) throws IOException {
        String head = request + " HTTP/1.1\nHost: quire\nContent-Type: text/plain\nContent-Length: " + MAX_BODY + "\n";
        byte[] next = "GET /categories?limit=1 HTTP/1.1\r\nHost: quire\r\nConnection: close\r\n\r\n".getBytes(UTF_8);

        String answers = Wire.exchange(head, padded(MAX_BODY), next);

        assertThat(answers.substring(answers.lastIndexOf("HTTP/1.1 ")), startsWith("HTTP/1.1 200 "));
        assertThat(answers.indexOf("HTTP/1.1 "), lessThan(answers.lastIndexOf("HTTP/1.1 ")));
    }

    private static String postHead() {
        return "POST /posts HTTP/1.1\nHost: quire\nAuthorization: Bearer " + ada().token()
                + "\nContent-Type: application/json\n";
    }

    /** Returns a valid post with blanks before it. */
    private static byte[] padded(int bytes) {
        return (" ".repeat(bytes - POST.length()) + POST).getBytes(UTF_8);
    }

    private static Matcher<String> isTooLarge() {
        return allOf(
                startsWith("HTTP/1.1 413 "),
                containsStringIgnoringCase("content-type: application/problem+json"),
                containsStringIgnoringCase("connection: close"),
                containsString("\"status\":413"));
    }
}
