package dev.quire.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compression, and the tags of compressed representations, with a client that neither requests nor decodes gzip by
 * itself.
 */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class CompressionResourceTest {
    /** The bytes around a text in {@code {"content":"…"}}. */
    private static final int AROUND = 14;

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<Version, HttpClient> CLIENTS = Stream.of(Version.values())
            .collect(Collectors.toMap(
                    version -> version,
                    version -> HttpClient.newBuilder().version(version).build()));

    private static Account ada;

    /** Posts with 1024 bytes of content, and with one more. */
    private static int shorter;

    private static int longer;

    @BeforeEach
    void fill() throws Exception {
        if (ada == null) {
            ada = Account.register();
            // Letters of two bytes each: the limit is in bytes.
            shorter = post("\u00e9".repeat((1024 - AROUND) / 2));
            longer = post("\u00e9".repeat((1024 - AROUND) / 2) + "e");
        }
    }

    private static int post(String content) throws Exception {
        String body = JSON.writeValueAsString(Map.of("title", "Title", "content", content));
        var made = send(request("/posts", "Authorization", "Bearer " + ada.token(), "Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
        assertEquals(201, made.statusCode());
        return JSON.readTree(made.body()).get("id").intValue();
    }

    @ParameterizedTest
    @EnumSource
    void bodiesOverOneKibibyteAreGzipped(Version version) throws Exception {
        for (int post : List.of(shorter, longer)) {
            String path = "/posts/" + post + "?fields=content";
            var plain = get(version, path);
            var gzipped = get(version, path, "Accept-Encoding", "gzip");

            boolean isLong = post == longer;
            assertEquals(isLong ? 1025 : 1024, plain.body().length);
            assertPlain(plain);
            assertEquals(isLong, isGzipped(gzipped));
            assertArrayEquals(plain.body(), decoded(gzipped));
            assertEquals(isLong ? gzipped(tag(plain)) : tag(plain), tag(gzipped));
            for (var answer : List.of(plain, gzipped)) {
                assertTrue(field(answer, "Vary").contains("Accept-Encoding"), field(answer, "Vary"));
                assertEquals("" + answer.body().length, field(answer, "Content-Length", "" + answer.body().length));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip",
                "gzip, deflate, br, zstd",
                "gzip;q=0.1",
                "deflate;q=0.5, gzip;q=1.0",
                "*",
                "br, *;q=0.5",
                "gzip;q=0.5, *;q=0",
                "identity, gzip"
            })
    void acceptedGzipIsSent(String accepted) throws Exception {
        for (Version version : Version.values()) {
            assertTrue(isGzipped(get(version, longPath(), "Accept-Encoding", accepted)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "identity",
                "deflate",
                "br, zstd",
                "gzip;q=0",
                "gzip;q=0.000",
                "gzip;q=0, br",
                "br;q=1, gzip;q=0, *",
                "x-gzip;q=0, br",
                "gzip;q=0, *;q=1",
                "*;q=0",
                "gzip;q=x",
                "gzipped"
            })
    void bodyIsPlainUnlessGzipIsAccepted(String accepted) throws Exception {
        for (Version version : Version.values()) {
            assertPlain(get(version, longPath(), "Accept-Encoding", accepted));
        }
    }

    /** A cache would otherwise store one representation with the tag of another. */
    @ParameterizedTest
    @MethodSource
    void tagBelongsToTheEncodingSent(List<String> accepted) throws Exception {
        String[] fields = accepted.stream()
                .flatMap(value -> Stream.of("Accept-Encoding", value))
                .toArray(String[]::new);
        for (Version version : Version.values()) {
            var answer = get(version, longPath(), fields);

            assertEquals(isGzipped(answer), tag(answer).endsWith("-gzip\""));
            assertArrayEquals(get(version, longPath()).body(), decoded(answer));
        }
    }

    static List<List<String>> tagBelongsToTheEncodingSent() {
        return List.of(
                List.of("GZIP"),
                List.of("x-gzip"),
                List.of("deflate, gzip;q=0.9"),
                List.of("deflate, *;q=0.5"),
                List.of("gzip;q=2"),
                List.of("gzip;q=-1"),
                List.of("gzip;q=0.0001"),
                List.of("gzip;level=9"),
                List.of("gzip; q=0.5"),
                List.of("gzip ; q = 0.5"),
                List.of("gzip\t;q=0"),
                List.of(",, gzip ,"),
                List.of("gzip gzip"),
                List.of("\"gzip\""),
                List.of("gzip;q=0, gzip"),
                List.of("br", "gzip"),
                List.of("gzip", "br"),
                List.of("gzip", "gzip;q=0"),
                List.of("gzip;q=0.5", "deflate"));
    }

    @Test
    void http10ResponseIsPlain() throws Exception {
        String answer = Wire.exchange("GET " + longPath() + " HTTP/1.0\nHost: quire\nAccept-Encoding: gzip\n");

        assertTrue(answer.startsWith("HTTP/1.0 200 "), answer);
        assertFalse(answer.toLowerCase().contains("content-encoding"), answer);
        assertFalse(answer.contains("-gzip\""), answer);
    }

    /** With HTTP/1.1 the internal marker of Vert.x is not sent, since it is no valid encoding. */
    @Test
    void plainResponseHasNoContentEncoding() throws Exception {
        for (String path :
                List.of("/posts/" + shorter + "?fields=content", "/posts/0", "/authentication", "/nowhere")) {
            for (String method : List.of("GET", "HEAD", "OPTIONS")) {
                for (String condition : List.of("", "\nIf-None-Match: *")) {
                    String answer = Wire.exchange(method + " " + path
                            + " HTTP/1.1\nHost: quire\nConnection: close\nAccept-Encoding: gzip" + condition + "\n");
                    assertFalse(answer.toLowerCase().contains("content-encoding"), answer);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void headHasTheHeadersOfGet(Version version) throws Exception {
        for (String path : List.of(longPath(), "/posts/" + shorter + "?fields=content", "/posts?limit=50")) {
            for (String accepted : List.of("gzip", "identity")) {
                var get = get(version, path, "Accept-Encoding", accepted);
                var head = CLIENTS.get(version)
                        .send(
                                request(path, "Accept-Encoding", accepted)
                                        .method("HEAD", BodyPublishers.noBody())
                                        .build(),
                                BodyHandlers.ofByteArray());
                for (String name : List.of("ETag", "Vary", "Cache-Control", "Content-Type")) {
                    assertEquals(field(get, name), field(head, name));
                }
                assertEquals(isGzipped(get), field(head, "Content-Encoding", "").equals("gzip"));
                assertTrue(head.headers().firstValue("Content-Length").isEmpty());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP_1_1, gzip, true",
        "HTTP_1_1, gzip, false",
        "HTTP_1_1, identity, true",
        "HTTP_1_1, identity, false",
        "HTTP_2, gzip, true",
        "HTTP_2, identity, false"
    })
    void tagOfEitherEncodingIsNotModified(Version version, String accepted, boolean isGzipped) throws Exception {
        for (String path : List.of(longPath(), "/posts?limit=50&author=" + ada.id())) {
            String plain = tag(get(version, path));
            var whole = get(version, path, "Accept-Encoding", accepted);
            String known = isGzipped ? gzipped(plain) : plain;

            for (String list : List.of(known, "W/" + known, "\"other\", " + known)) {
                var answer = get(version, path, "Accept-Encoding", accepted, "If-None-Match", list);
                assertEquals(304, answer.statusCode());
                assertEquals(0, answer.body().length);
                // RFC 9110, section 15.4.5: the fields that the 200 would have
                for (String name : List.of("ETag", "Vary", "Cache-Control")) {
                    assertEquals(field(whole, name), field(answer, name));
                }
            }
            for (String other : List.of(gzipped(gzipped(gzipped(plain))), plain.replaceAll("\"$", "-deflate\""))) {
                assertEquals(
                        200,
                        get(version, path, "Accept-Encoding", accepted, "If-None-Match", other)
                                .statusCode());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tagOfEitherEncodingIsValidForAWrite(boolean isGzipped) throws Exception {
        int post = post("content ".repeat(200));
        String path = "/posts/" + post;
        var read = get(Version.HTTP_1_1, path, "Accept-Encoding", isGzipped ? "gzip" : "identity");
        assertEquals(isGzipped, isGzipped(read));

        var written = patch(path, tag(read), "First");
        assertEquals(200, written.statusCode());
        assertTrue(isGzipped(written));
        assertEquals(tag(get(Version.HTTP_1_1, path, "Accept-Encoding", "gzip")), tag(written));
        assertEquals(412, patch(path, tag(read), "Second").statusCode());
        assertEquals(412, patch(path, "W/" + tag(written), "Second").statusCode());
        assertEquals(200, patch(path, tag(written), "Second").statusCode());
    }

    private static HttpResponse<byte[]> patch(String path, String tag, String title) throws Exception {
        return send(request(
                        path,
                        "Authorization",
                        "Bearer " + ada.token(),
                        "Content-Type",
                        "application/json",
                        "Accept-Encoding",
                        "gzip",
                        "If-Match",
                        tag)
                .method("PATCH", BodyPublishers.ofString("{\"title\": \"%s\"}".formatted(title))));
    }

    @Test
    void batchAcceptsEitherTagAndReturnsThePlainOne() throws Exception {
        int post = post("content ".repeat(200));
        String path = "/posts/" + post;
        String tag = tag(get(Version.HTTP_1_1, path, "Accept-Encoding", "gzip"));
        String batch = JSON.writeValueAsString(List.of(Map.of(
                "method", "PATCH", "path", path, "body", Map.of("title", "New"), "headers", Map.of("If-Match", tag))));

        var first = asAda("/batch", batch);
        assertEquals(200, first.statusCode());
        assertTrue(isGzipped(first));
        assertEquals(
                tag(get(Version.HTTP_1_1, path)),
                JSON.readTree(decoded(first)).at("/0/headers/ETag").asText());
        assertEquals(412, asAda("/batch", batch).statusCode());
    }

    @ParameterizedTest
    @CsvSource({"gzip, identity", "identity, gzip"})
    void replayedAnswerEqualsTheFirstInAnyEncoding(String first, String again) throws Exception {
        String key = "key" + System.nanoTime();
        String body = JSON.writeValueAsString(Map.of("title", "Kept", "content", "content ".repeat(200)));
        HttpResponse<byte[]> made = asAda("/posts", body, "Idempotency-Key", key, "Accept-Encoding", first);
        HttpResponse<byte[]> replayed = asAda("/posts", body, "Idempotency-Key", key, "Accept-Encoding", again);

        assertEquals("true", field(replayed, "Idempotency-Replayed"));
        assertEquals(first.equals("gzip"), isGzipped(made));
        assertEquals(again.equals("gzip"), isGzipped(replayed));
        assertArrayEquals(decoded(made), decoded(replayed));
        assertEquals(field(made, "Location"), field(replayed, "Location"));
        assertEquals(tag(made).replace("-gzip", ""), tag(replayed).replace("-gzip", ""));
    }

    /** Posts as Ada, and accepts gzip unless other header fields are given. */
    private static HttpResponse<byte[]> asAda(String path, String body, String... fields) throws Exception {
        var gzipped = new String[] {"Accept-Encoding", "gzip"};
        HttpRequest.Builder request = request(path, fields.length == 0 ? gzipped : fields)
                .header("Authorization", "Bearer " + ada.token())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        return send(request);
    }

    /** The last of them is longer than the chunks of Jackson. */
    @ParameterizedTest
    @CsvSource({"1, false", "50, true", "100, true"})
    void longProblemIsGzipped(int violations, boolean isGzipped) throws Exception {
        String body = IntStream.range(0, violations)
                .mapToObj(i -> "\"unknown" + "-".repeat(80) + i + "\": 1")
                .collect(Collectors.joining(",", "{\"title\": \"T\", \"content\": \"C\",", "}"));
        for (String accepted : List.of("gzip", "identity")) {
            var answer = asAda("/posts", body, "Accept-Encoding", accepted);

            assertEquals(422, answer.statusCode());
            assertEquals(isGzipped && accepted.equals("gzip"), isGzipped(answer));
            assertEquals("application/problem+json", field(answer, "Content-Type"));
            assertEquals(
                    violations, JSON.readTree(decoded(answer)).get("errors").size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/q/openapi", "/q/openapi?format=json"})
    void theDocumentIsGzipped(String path) throws Exception {
        for (Version version : Version.values()) {
            var plain = get(version, path);
            var gzipped = get(version, path, "Accept-Encoding", "gzip");

            assertPlain(plain);
            assertTrue(isGzipped(gzipped));
            assertArrayEquals(plain.body(), decoded(gzipped));
        }
    }

    @ParameterizedTest
    @EnumSource
    void streamsOfAnyLengthAreGzipped(Version version) throws Exception {
        String path = "/posts?fields=id&author=" + ada.id();
        var plain = get(version, path, "Accept", "application/x-ndjson");
        var gzipped = get(version, path, "Accept", "application/x-ndjson", "Accept-Encoding", "gzip");

        assertPlain(plain);
        assertTrue(isGzipped(gzipped));
        assertArrayEquals(plain.body(), decoded(gzipped));
        assertTrue(gzipped.headers().firstValue("ETag").isEmpty());
    }

    /** The operation is unknown, and yet there is a response. */
    @Test
    void undecodablePathIsAnswered() throws IOException {
        String answer = Wire.exchange(
                "GET /%zz" + "x".repeat(2000) + " HTTP/1.1\nHost: quire\nConnection: close\nAccept-Encoding: gzip\n");

        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertTrue(answer.contains("/%zzxx"), answer);
    }

    /** BREACH: by the length, an attacker who controls a part of the response would learn the rest. */
    @Test
    void responsesWithTokensAreNotGzipped() throws Exception {
        String email = "breach-" + System.nanoTime() + "@quire.test";
        String credentials = JSON.writeValueAsString(Map.of("email", email, "password", Account.PASSWORD));
        String registration = JSON.writeValueAsString(Map.of(
                "email",
                email,
                "password",
                Account.PASSWORD,
                "name",
                "\uD83D\uDE80".repeat(100),
                "address",
                Map.of("street", "s".repeat(200), "city", "c".repeat(100), "country", "c".repeat(100))));
        var registered = asAda("/authentication/register", registration);
        assertEquals(201, registered.statusCode());
        assertLongAndPlain(registered);

        for (String path :
                List.of("/authentication/log-in", "/%61uthentication/log-in", "/q/../authentication/log-in")) {
            var granted = asAda(path, credentials);
            if (granted.statusCode() == 200) {
                assertLongAndPlain(granted);
                assertEquals("no-store", field(granted, "Cache-Control"));
                String refresh =
                        JSON.readTree(granted.body()).get("refreshToken").asText();
                assertLongAndPlain(asAda("/authentication/refresh", "{\"refreshToken\": \"%s\"}".formatted(refresh)));
            }
        }
        for (Version version : Version.values()) {
            assertLongAndPlain(get(
                    version,
                    "/authentication?include=posts",
                    "Accept-Encoding",
                    "gzip",
                    "Authorization",
                    "Bearer " + ada.token()));
        }
    }

    private static void assertLongAndPlain(HttpResponse<byte[]> answer) {
        assertTrue(answer.body().length > 1024, () -> new String(answer.body(), UTF_8));
        assertPlain(answer);
    }

    /** A gzipped request is refused, and does not grow by a factor of a thousand. */
    @Test
    void noRequestIsDecompressed() throws Exception {
        String body = "{\"title\": \"Title\", \"content\": \"Content\"}" + " ".repeat(10_000);
        var compressed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(compressed)) {
            out.write(body.getBytes(UTF_8));
        }
        for (Version version : Version.values()) {
            var answer = CLIENTS.get(version)
                    .send(
                            request("/posts", "Content-Encoding", "gzip", "Content-Type", "application/json")
                                    .header("Authorization", "Bearer " + ada.token())
                                    .POST(BodyPublishers.ofByteArray(compressed.toByteArray()))
                                    .build(),
                            BodyHandlers.ofByteArray());
            assertEquals(415, answer.statusCode());
        }
    }

    private static String longPath() {
        return "/posts/" + longer + "?fields=content";
    }

    private static HttpRequest.Builder request(String path, String... fields) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path));
        for (int i = 0; i < fields.length; i += 2) {
            request.header(fields[i], fields[i + 1]);
        }
        return request;
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return CLIENTS.get(Version.HTTP_1_1).send(request.build(), BodyHandlers.ofByteArray());
    }

    private static HttpResponse<byte[]> get(Version version, String path, String... fields)
            throws IOException, InterruptedException {
        var answer = CLIENTS.get(version).send(request(path, fields).build(), BodyHandlers.ofByteArray());
        assertEquals(version, answer.version());
        return answer;
    }

    private static void assertPlain(HttpResponse<byte[]> answer) {
        assertFalse(isGzipped(answer), () -> answer.headers().toString());
    }

    /** Tells whether the response is declared as gzip, and requires that this is true. */
    private static boolean isGzipped(HttpResponse<byte[]> answer) {
        boolean said = field(answer, "Content-Encoding", "").equals("gzip");
        boolean isSo = answer.body().length > 1 && answer.body()[0] == 0x1f && answer.body()[1] == (byte) 0x8b;
        assertEquals(said, isSo, () -> answer.headers().toString());
        String tag = field(answer, "ETag", "");
        if (!tag.isEmpty()) {
            assertEquals(said, tag.endsWith("-gzip\""), tag);
        }
        return said;
    }

    private static byte[] decoded(HttpResponse<byte[]> answer) throws IOException {
        return isGzipped(answer)
                ? new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes()
                : answer.body();
    }

    private static String gzipped(String tag) {
        return tag.substring(0, tag.length() - 1) + "-gzip\"";
    }

    private static String tag(HttpResponse<byte[]> answer) {
        return field(answer, "ETag");
    }

    private static String field(HttpResponse<byte[]> answer, String name) {
        return answer.headers().firstValue(name).orElseThrow();
    }

    private static String field(HttpResponse<byte[]> answer, String name, String other) {
        return answer.headers().firstValue(name).orElse(other);
    }
}
