package dev.quire.http;

import static dev.quire.environment.Frames.CONTINUATION;
import static dev.quire.environment.Frames.DATA;
import static dev.quire.environment.Frames.END_HEADERS;
import static dev.quire.environment.Frames.END_STREAM;
import static dev.quire.environment.Frames.HEADERS;
import static dev.quire.environment.Frames.fields;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Environment;
import dev.quire.environment.Frames;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests with ambiguous boundaries, which are refused and whose connection is closed. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class FramingResourceTest {
    private static final String NEXT = "GET /smuggled HTTP/1.1\nHost: quire\n\n";
    private static final String LOG_IN =
            "POST /authentication/log-in HTTP/1.1\nHost: quire\nContent-Type: application/json\n";
    private static final String[] GET = {
        ":method", "GET", ":scheme", "http", ":authority", "quire", ":path", "/posts?limit=1"
    };

    @AfterEach
    void assertServiceIsAlive() {
        given().get("/posts?limit=1").then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 60\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\nContent-Length: 60",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: chunked, gzip",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: gzip",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: chunked\nTransfer-Encoding: identity",
                "Transfer-Encoding: chunked\nTransfer-Encoding: chunked",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding\t: chunked",
                "Transfer-Encoding: \u000bchunked",
                "Content-Length: 2\nContent-Length: 3",
                "Content-Length: 2, 3",
                "Content-Length: +2",
                "Content-Length: -2",
                "Content-Length: 0x2",
                "Content-Length: 2 2",
                "Content-Length:",
                "Content-Length: 99999999999999999999"
            })
    void bodyOfAmbiguousLengthIsRefused(String framing) throws IOException {
        requireRefusal(Wire.exchange(LOG_IN + framing + "\n", bytes("0\n\n" + NEXT)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10000001b\n{}\n0\n\n",
                "-2\n{}\n0\n\n",
                "+2\n{}\n0\n\n",
                "0x2\n{}\n0\n\n",
                "zz\n{}\n0\n\n",
                "\n{}\n0\n\n",
                "2;a=\"\n{}\n0\n\n",
                "2\n{}xx0\n\n",
                "2\n{}\n0\nX : y\n\n"
            })
    void aMalformedChunkIsRefused(String body) throws IOException {
        requireRefusal(Wire.exchange(LOG_IN + "Transfer-Encoding: chunked\n", bytes(body + NEXT)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2\n{}\r\n0\r\n\r\n",
                "2;a\n{}\r\n0\r\n\r\n",
                "2\r\n{}\n0\r\n\r\n",
                "2;a=\"\n\"\r\n{}\r\n0\r\n\r\n"
            })
    void chunkLineEndingInBareLfIsRefused(String body) throws IOException {
        requireRefusal(Wire.exchange(LOG_IN + "Transfer-Encoding: chunked\n", body.getBytes(ISO_8859_1), bytes(NEXT)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-A : b",
                "X-A\t: b",
                " X-A: b",
                "X-A",
                ": b",
                "X(A: b",
                "X\u00e9: b",
                "X-A: b\u0000c",
                "X-A: b\u0001c",
                "X-A: b\rc",
                "X-A: b\rTransfer-Encoding: chunked",
                "X\u0001: b"
            })
    void aMalformedFieldIsRefused(String field) throws IOException {
        requireRefusal(Wire.exchange("GET /posts?limit=1 HTTP/1.1\n" + field + "\nHost: quire\n", bytes(NEXT)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /posts?limit=1",
                "GET",
                "GET /posts? limit=1 HTTP/1.1",
                "GET /posts?limit=1 HTTP/1.1 HTTP/1.1",
                "G(T /posts?limit=1 HTTP/1.1",
                "GET /posts?limit=1 HTTP/x",
                "\u0016\u0003\u0001",
                "GET /posts?limit=1\u0000 HTTP/1.1"
            })
    void aMalformedRequestLineIsRefused(String line) throws IOException {
        requireRefusal(Wire.exchange(line + "\nHost: quire\n", bytes(NEXT)));
    }

    @Test
    void headerLineEndingInBareLfIsRefused() throws IOException {
        requireRefusal(Wire.exchange("", "GET /posts HTTP/1.1\nHost: quire\n\n".getBytes(ISO_8859_1)));
        requireRefusal(
                Wire.exchange("GET /posts HTTP/1.1\nHost: quire", "X-A: b\nX-B: c\r\n\r\n".getBytes(ISO_8859_1)));
    }

    /** RFC 9112, section 5.2, allows a space in its place. */
    @Test
    void foldedHeaderIsOneHeader() throws IOException {
        String answer = Wire.exchange(
                "GET /posts?limit=1 HTTP/1.1\nHost: quire\nX-A: b\n Transfer-Encoding: chunked\nConnection: close\n");

        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/9.9", "HTTP/2.0", "HTTP/1.2", "XTTP/1.1"})
    void anotherVersionIsRefused(String version) throws IOException {
        String answer = Wire.exchange("GET /posts?limit=1 " + version + "\nHost: quire\n", bytes(NEXT));

        assertTrue(answer.matches("(?s)\\S+ (505|400) .*\"traceId\":\"[0-9a-f]{32}\".*"), answer);
        assertFalse(answer.contains("smuggled"), answer);
    }

    @Test
    void refusalClosesAnEstablishedConnection() throws IOException {
        String answers = Wire.exchange(
                "GET /categories?limit=1 HTTP/1.1\nHost: quire\n", bytes("GET /posts HTTP/1.1\nX\u0001: b\n\n" + NEXT));

        assertTrue(answers.startsWith("HTTP/1.1 200 "), answers);
        requireRefusal(answers.substring(answers.lastIndexOf("HTTP/1.")));
    }

    @Test
    void endlessEmptyContinuationFramesAreCutOff() throws IOException {
        try (var frames = new Frames()) {
            frames.send(HEADERS, END_STREAM, 1, fields(GET));
            int sent = 0;
            while (sent < 50_000 && frames.send(CONTINUATION, 0, 1)) {
                sent++;
            }
            String answer = frames.answer();
            assertTrue(answer.isEmpty() || answer.startsWith("GOAWAY "), answer);
        }
    }

    @Test
    void endlessHeadersAreCutOff() throws IOException {
        try (var frames = new Frames()) {
            frames.send(HEADERS, END_STREAM, 1, fields(GET));
            byte[] field = fields("x", "y".repeat(16_000));
            int sent = 0;
            while (sent < 1000 && frames.send(CONTINUATION, 0, 1, field)) {
                sent++;
            }
            String answer = frames.answer();
            assertTrue(answer.isEmpty() || answer.matches("GOAWAY .*|431 .*"), answer);
        }
    }

    @Test
    void dataBetweenHeadersAndContinuationIsNotServed() throws IOException {
        try (var frames = new Frames()) {
            frames.send(HEADERS, END_STREAM, 1, fields(GET));
            frames.send(DATA, 0, 1);
            frames.send(CONTINUATION, END_HEADERS, 1);
            String answer = frames.answer();
            assertTrue(answer.isEmpty() || answer.startsWith("GOAWAY "), answer);
        }
    }

    /** RFC 9113, sections 8.2 and 8.3: malformed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-A: b",
                "connection: close",
                "connection: keep-alive",
                "keep-alive: 1",
                "proxy-connection: keep-alive",
                "transfer-encoding: chunked",
                "upgrade: websocket",
                "te: gzip",
                "x a: b",
                "x-a: b\u0000c",
                "x-a: b\rc",
                "x-a: b\nc",
                ":status: 200",
                ":path: /users",
                ":nonsense: b",
                "host: other"
            })
    void aMalformedFieldOverHttp2IsRefused(String field) throws IOException {
        String[] parts = field.split(": ", 2);
        String[] all = new String[GET.length + 2];
        System.arraycopy(GET, 0, all, 0, GET.length);
        all[GET.length] = parts[0];
        all[GET.length + 1] = parts[1];

        String answer = Frames.exchange(all);

        assertTrue(answer.matches("(RST_STREAM|GOAWAY) 1|400 \\{.*\"traceId\".*"), field + ": " + answer);
    }

    @Test
    void bodyOfAnotherLengthThanDeclaredIsRefusedOverHttp2() throws IOException {
        try (var frames = new Frames()) {
            frames.send(
                    HEADERS,
                    END_HEADERS,
                    1,
                    fields(
                            ":method",
                            "POST",
                            ":scheme",
                            "http",
                            ":authority",
                            "quire",
                            ":path",
                            "/authentication/log-in",
                            "content-type",
                            "application/json",
                            "content-length",
                            "2"));
            frames.send(DATA, END_STREAM, 1, "{} {}".getBytes(ISO_8859_1));

            assertEquals("RST_STREAM 1", frames.answer());
        }
    }

    /** Lines in CRLF. */
    private static byte[] bytes(String text) {
        return text.replace("\n", "\r\n").getBytes(ISO_8859_1);
    }

    /** Requires a problem and nothing after it: {@code Wire} has read until the service closed the connection. */
    private static void requireRefusal(String answer) {
        assertTrue(answer.matches("(?s)HTTP/1\\.[01] 400 .*"), answer);
        assertTrue(answer.contains("application/problem+json"), answer);
        assertTrue(answer.matches("(?s).*\"traceId\":\"[0-9a-f]{32}\".*"), answer);
        assertEquals(answer.indexOf("HTTP/1."), answer.lastIndexOf("HTTP/1."), answer);
        assertFalse(answer.contains("/smuggled"), answer);
    }
}
