package dev.quire.http;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.Frames;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The head of a request, which routing and every policy interpret alike, or refuse. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class RequestHeadResourceTest {
    private static final String CLOSE = "Connection: close\n";

    private static Account ada;

    private static Account ada() {
        if (ada == null) {
            ada = Account.register();
        }
        return ada;
    }

    /** Returns the responses to this target over HTTP/1.1 and HTTP/2, which are the same but for times and traces. */
    private static String get(String target) throws IOException {
        String one = Wire.exchange("GET " + target + " HTTP/1.1\nHost: quire\n" + CLOSE);
        String two = Frames.exchange(":method", "GET", ":scheme", "http", ":authority", "quire", ":path", target);
        byte[] bytes = one.substring(one.indexOf("\r\n\r\n") + 4).getBytes(ISO_8859_1);
        String body = new String(bytes, UTF_8);
        assertEquals(one.substring(9, 13) + withoutTrace(body), withoutTrace(two), target);
        return two;
    }

    private static String withoutTrace(String answer) {
        return answer.replaceFirst("\"traceId\":\"[0-9a-f]{32}\"", "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//posts",
                "/posts//1",
                "/posts//",
                "/./posts",
                "/posts/.",
                "/posts/../users",
                "/posts/..",
                "/posts/%2e",
                "/posts/%2E%2e/users",
                "/posts/.%2e",
                "/%70osts",
                "/post%73",
                "/posts/%31",
                "//authentication/log-in",
                "/authentication//log-in",
                "/./authentication/log-in",
                "/%61uthentication/log-in",
                "/posts/%",
                "/posts/%zz",
                "/posts/%1",
                "/posts/%c3",
                "/categories/named/%FF%FE",
                "/categories/named/%C0%AF",
                "/categories/named/%ED%A0%80",
                "/categories/named/caf\u00c3\u00a9",
                "/posts/\u0080",
                "/posts/\"",
                "/posts/<1>",
                "/posts/1#2"
            })
    void unnormalizedPathIsRefused(String path) throws IOException {
        String answer = get(path);

        assertTrue(answer.startsWith("400 "), answer);
        assertTrue(answer.contains("\"errors\":[{\"parameter\":\"path\","), answer);
        assertTrue(answer.matches(".*\"traceId\":\"[0-9a-f]{32}\".*"), answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/authentication;x/log-in", "/authentication%2Flog-in", "/authentication;/log-in", "/;/posts"})
    void pathsWithSemicolonOrEncodedSlashAreNotFound(String path) throws IOException {
        assertTrue(get(path).startsWith("404 "), path);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            q=%            | q
            q=%zz          | q
            q=%FF          | q
            cursor=%zz     | cursor
            limit=1&q=a%   | q
            q=caf\u00c3\u00a9 | q
            q="a"          | q
            q=a#b          | q
            %zz=1          | %zz
            =1             | =1
            limit=1&=      | =
            q;r=1          | q;r
            """)
    void undecodableQueryIsRefusedWithItsParameter(String query, String parameter) throws IOException {
        String answer = get("/posts?" + query);

        assertTrue(answer.startsWith("400 "), answer);
        assertTrue(answer.contains("\"errors\":[{\"parameter\":\"" + parameter + "\","), answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/posts/", "/posts/?", "/posts?", "/posts?&", "/posts/?limit=20&"})
    void trailingSlashAndEmptyQueryAreIgnored(String target) throws IOException {
        assertEquals(get("/posts?limit=20"), get(target));
    }

    @Test
    void allowIsTheSameWithATrailingSlash() {
        given().put("/posts/").then().spec(problem(405)).header("Allow", equalTo("GET, HEAD, POST"));
        given().urlEncodingEnabled(false)
                .post("/posts/1/categories/")
                .then()
                .spec(problem(405))
                .header("Allow", equalTo("GET, HEAD, PUT"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "PATCH", "POST", "DELETE", "TRACE"})
    void openApiDocumentIsReadOnly(String method) {
        for (String path : new String[] {"/q/openapi", "/q/openapi/", "/q/openapi.json", "/q/openapi?format=json"}) {
            given().request(method, path).then().spec(problem(405)).header("Allow", equalTo("GET, HEAD, OPTIONS"));
        }
        given().get("/q/openapi").then().statusCode(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', quoteCharacter = '"', textBlock = """
            Java;Script Java;Script
            Java%3BScript Java;Script
            100%25s;x=1 100%s;x=1
            ; ;
            AC%2FDC AC/DC
            a[b] a[b]
            a%5Bb%5D a[b]
            a|b^c`d a|b^c`d
            a\\b a\\b
            x%2Ey%2Dz%7E x.y-z~
            caf%c3%a9 caf\u00e9
            a+b a+b
            a%20b "a b"
            %F0%9D%84%9E \uD834\uDD1E
            """)
    void specialCharactersOfASegmentAreData(String spelt, String name) throws IOException {
        String unique = UUID.randomUUID().toString().substring(0, 8);
        String head = "PUT /categories/named/" + unique + spelt + " HTTP/1.1\nHost: quire\n" + CLOSE
                + "Authorization: Bearer " + ada().token() + "\n";

        String made = Wire.exchange(head);
        assertTrue(made.startsWith("HTTP/1.1 201 "), made);
        byte[] body = made.substring(made.indexOf("\r\n\r\n") + 4).getBytes(ISO_8859_1);
        assertEquals(unique + name, JsonPath.from(new String(body, UTF_8)).getString("name"));
        assertTrue(Wire.exchange(head).startsWith("HTTP/1.1 200 "), made);
    }

    @Test
    void pathIsNotCutAtASemicolon() {
        int post = ada().post("Kept");

        for (String path :
                new String[] {"/posts/" + post + ";dryRun=true", "/posts/" + post + ";", "/posts;x/" + post}) {
            ValidatableResponse answer =
                    ada().request().urlEncodingEnabled(false).delete(path).then();
            answer.spec(problem(path.startsWith("/posts;") ? 404 : 400));
        }
        given().get("/posts/{post}", post).then().statusCode(200);
    }

    @Test
    void semicolonIsPartOfAParameterValue() {
        String word = "w" + UUID.randomUUID().toString().substring(0, 8);
        ada().post("Kotlin " + word);

        for (String query : new String[] {"Kotlin;" + word, "Kotlin%3B" + word}) {
            given().urlEncodingEnabled(false)
                    .get("/posts?q=" + query)
                    .then()
                    .statusCode(200)
                    .body("title", contains("Kotlin " + word))
                    .header("Link", matchesPattern("</posts\\?q=Kotlin%3B" + word + ">; rel=\"first\""));
        }
        given().urlEncodingEnabled(false)
                .get("/posts?limit=1;q=x")
                .then()
                .spec(problem(400))
                .body("errors.parameter", contains("limit"));
    }

    @ParameterizedTest
    @CsvSource({
        "'Host: quire\nHost: quire\n', 400",
        "'Host: quire\nHost: other\n', 400",
        "'Host: a b\n', 400",
        "'Host: user@quire\n', 400",
        "'Host: quire:port\n', 400",
        "'Host: a/b\n', 400",
        "'', 400",
        "'Host: [::1]:8080\n', 200",
        "'Host: quire:8080\n', 200"
    })
    void requestRequiresOneValidHost(String host, int status) throws IOException {
        String answer = Wire.exchange("GET /posts?limit=1 HTTP/1.1\n" + host + CLOSE);

        assertTrue(answer.startsWith("HTTP/1.1 " + status), answer);
        if (status == 400) {
            requireProblem(answer);
            assertTrue(answer.contains("\"errors\":[{\"header\":\"Host\","), answer);
        }
    }

    @Test
    void overHttp2TheAuthorityIsTheHost() throws IOException {
        String[] get = {":method", "GET", ":scheme", "http", ":path", "/posts?limit=1", "host", "quire"};
        assertTrue(Frames.exchange(get).startsWith("200 "));

        String without = Frames.exchange(":method", "GET", ":scheme", "http", ":path", "/posts?limit=1");
        assertTrue(without.startsWith("400 ") && without.contains("{\"header\":\"Host\","), without);
        for (String path : new String[] {"posts", "*", "http://quire/posts"}) {
            String answer = Frames.exchange(":method", "GET", ":scheme", "http", ":authority", "quire", ":path", path);
            assertTrue(answer.startsWith("400 ") && answer.contains("\"traceId\""), answer);
        }
    }

    @Test
    void http10NeedsNoHost() throws IOException {
        String answer = Wire.exchange("GET /posts?limit=1 HTTP/1.0\n");
        assertTrue(answer.startsWith("HTTP/1.0 200 "), answer);
        assertTrue(answer.contains("</posts?limit=1>; rel=\"first\""), answer);

        requireProblem(Wire.exchange("GET /nowhere HTTP/1.0\n"));
        requireProblem(Wire.exchange("POST /posts HTTP/1.0\n"));
        for (String hosts : new String[] {"Host: a b\n", "Host: a\nHost: b\n"}) {
            String refused = Wire.exchange("GET /posts?limit=1 HTTP/1.0\n" + hosts);
            assertTrue(refused.startsWith("HTTP/1.0 400 "), refused);
            requireProblem(refused);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "OPTIONS * HTTP/1.1, 404",
        "GET * HTTP/1.1, 400",
        "GET posts HTTP/1.1, 400",
        "CONNECT quire:80 HTTP/1.1, 400",
        "GET ftp://quire/posts HTTP/1.1, 400",
        "GET http://quire HTTP/1.1, 404",
        "GET http://quire/posts?limit=1 HTTP/1.1, 200",
        "GET HTTPS://other//posts HTTP/1.1, 400"
    })
    void requestTargetIsInOriginOrAbsoluteForm(String line, int status) throws IOException {
        String answer = Wire.exchange(line + "\nHost: quire\n" + CLOSE);

        assertTrue(answer.startsWith("HTTP/1.1 " + status), answer);
        if (status == 200) {
            assertTrue(answer.contains("</posts?limit=1>; rel=\"first\""), answer);
        } else {
            requireProblem(answer);
        }
    }

    @Test
    void tooLongHeadIsAProblem() throws IOException {
        String target = "/posts?q=" + "a".repeat(5000);
        String one = Wire.exchange("GET " + target + " HTTP/1.1\nHost: quire\n");
        assertTrue(one.matches("(?s)HTTP/1\\.[01] 414 .*"), one);
        requireProblem(one);
        String two = Frames.exchange(":method", "GET", ":scheme", "http", ":authority", "quire", ":path", target);
        assertTrue(two.startsWith("414 ") && two.contains("\"traceId\""), two);

        String field = Wire.exchange("GET /posts HTTP/1.1\nHost: quire\nX-A: " + "a".repeat(25_000) + "\n");
        assertTrue(field.startsWith("HTTP/1.1 431 "), field);
        requireProblem(field);
        String fields = Wire.exchange("GET /posts HTTP/1.1\nHost: quire\n" + "X-A: abcdefgh\n".repeat(3000));
        assertTrue(fields.startsWith("HTTP/1.1 431 "), fields);
        requireProblem(fields);
        Stream<String> head = Stream.of(":method", "GET", ":scheme", "http", ":authority", "quire", ":path", "/posts");
        Stream<String> many = Collections.nCopies(2 * 700, "x-a").stream();
        String counted = Frames.exchange(Stream.concat(head, many).toArray(String[]::new));
        assertTrue(counted.startsWith("431 ") && counted.contains("\"traceId\""), counted);
    }

    @Test
    void everyResponseHasADate() throws IOException {
        for (String answer : new String[] {
            given().get("/posts").header("Date"),
            given().get("/nowhere").header("Date"),
            given().get("/q/openapi").header("Date"),
            ada().request("{").post("/posts").header("Date"),
            ada().request().head("/posts").header("Date"),
            date(Wire.exchange("GET /posts/%zz HTTP/1.1\nHost: quire\n" + CLOSE)),
            date(Wire.exchange("GET /posts HTTP/1.1\n" + CLOSE)),
            date(Wire.exchange("nonsense\n"))
        }) {
            Instant date = ZonedDateTime.parse(answer, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            assertTrue(Duration.between(date, Instant.now()).abs().toSeconds() < 60, answer);
            assertTrue(answer.matches("[A-Z][a-z]{2}, \\d{2} [A-Z][a-z]{2} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT"), answer);
        }
    }

    @Test
    void earlyRefusalHasCorsAndSecurityHeaders() throws IOException {
        String answer =
                Wire.exchange("GET /posts?q=%zz HTTP/1.1\nHost: quire\nOrigin: https://app.quire.test\n" + CLOSE);

        for (String field : new String[] {
            "access-control-allow-origin: https://app.quire.test",
            "x-content-type-options: nosniff",
            "cache-control: no-store"
        }) {
            assertEquals(2, answer.toLowerCase(Locale.ROOT).split("\r\n" + field + "\r\n", -1).length, answer);
        }
    }

    private static String date(String answer) {
        return answer.lines()
                .filter(line -> line.regionMatches(true, 0, "date: ", 0, 6))
                .findFirst()
                .map(line -> line.substring(6))
                .orElseThrow(() -> new AssertionError(answer));
    }

    private static void requireProblem(String answer) {
        assertTrue(answer.contains("application/problem+json"), answer);
        assertTrue(answer.matches("(?s).*\"traceId\":\"[0-9a-f]{32}\".*"), answer);
        assertEquals(answer.indexOf("HTTP/1."), answer.lastIndexOf("HTTP/1."), answer);
        byte[] body = answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(ISO_8859_1);
        assertTrue(body.length > 0, answer);
    }
}
