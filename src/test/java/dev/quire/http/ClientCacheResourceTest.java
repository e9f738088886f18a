package dev.quire.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import okhttp3.Cache;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk cache of Android's HTTP client, and its revalidation. It accepts gzip by itself. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class ClientCacheResourceTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Long enough to be gzipped. */
    private static final String CONTENT = "What a phone has read it need not be sent again. ".repeat(50);

    @TempDir
    Path folder;

    private Cache cache;
    private OkHttpClient client;

    /** A response, read to its end. */
    private record Answer(int status, byte[] body, String tag, Response ofNetwork, boolean isOfCache) {
        int networkStatus() {
            return ofNetwork.code();
        }
    }

    @BeforeEach
    void open() {
        cache = new Cache(folder.toFile(), 10_000_000);
        client = new OkHttpClient.Builder().cache(cache).build();
    }

    @AfterEach
    void close() throws IOException {
        client.connectionPool().evictAll();
        cache.close();
    }

    @Test
    void onlyUnchangedResourcesAreServedFromTheCache() throws Exception {
        Account ada = Account.register();
        String path = post(ada);

        Answer first = get(path, null);
        assertEquals(200, first.networkStatus());
        assertEquals("gzip", first.ofNetwork().header("Content-Encoding"));
        assertTrue(first.tag().endsWith("-gzip\""), first.tag());
        assertFalse(first.isOfCache());

        Answer second = get(path, null);
        assertEquals(304, second.networkStatus());
        assertEquals(200, second.status());
        assertTrue(second.isOfCache());
        assertArrayEquals(first.body(), second.body());
        assertEquals(first.tag(), second.tag());
        assertEquals(2, cache.requestCount());
        assertEquals(2, cache.networkCount());
        assertEquals(1, cache.hitCount());

        ada.request("{\"title\": \"Changed\"}").patch(path).then().statusCode(200);
        Answer third = get(path, null);
        assertEquals(200, third.networkStatus());
        assertEquals("Changed", JSON.readTree(third.body()).get("title").asText());
        assertNotEquals(first.tag(), third.tag());
        assertEquals(304, get(path, null).networkStatus());
    }

    @Test
    void listsAreCached() throws Exception {
        Account ada = Account.register();
        post(ada);
        String path = "/users/" + ada.id() + "/posts";

        Answer first = get(path, null);
        Answer second = get(path, null);
        assertEquals(304, second.networkStatus());
        assertArrayEquals(first.body(), second.body());

        post(ada);
        assertEquals(2, JSON.readTree(get(path, null).body()).size());
    }

    /** The write needs no response but the cached one. */
    @Test
    void cachedTagIsValidForAWrite() throws Exception {
        Account ada = Account.register();
        String path = post(ada);
        get(path, ada.token());
        Answer kept = get(path, ada.token());
        assertTrue(kept.isOfCache());
        assertTrue(kept.tag().endsWith("-gzip\""), kept.tag());

        assertEquals(200, patch(path, ada, kept.tag(), "First").status());
        assertEquals(412, patch(path, ada, kept.tag(), "Second").status());
        assertEquals(
                "First",
                JSON.readTree(get(path, ada.token()).body()).get("title").asText());
    }

    @Test
    void confidentialResponsesAreNotStoredOnDisk() throws Exception {
        Account ada = Account.create();
        String post = post(ada);
        get(post, ada.token());
        assertTrue(isOnTheDisk("What a phone has read"), "the cache is empty, or it was not searched");

        for (String path : new String[] {
            "/authentication",
            "/authentication/sessions",
            "/users/" + ada.id(),
            "/users/" + ada.id() + "/address",
            "/addresses?include=user"
        }) {
            assertEquals(200, get(path, ada.token()).status());
            assertEquals(200, get(path, ada.token()).networkStatus());
        }
        Answer granted = call(new Request.Builder()
                .url(url("/authentication/log-in"))
                .post(json(Map.of("email", ada.email(), "password", Account.PASSWORD))));
        for (String token : new String[] {"accessToken", "refreshToken"}) {
            assertFalse(isOnTheDisk(JSON.readTree(granted.body()).get(token).asText()), token);
        }
        for (String secret : new String[] {ada.email(), ada.token(), "Street "}) {
            assertFalse(isOnTheDisk(secret), secret);
        }
    }

    @Test
    void cacheDoesNotMixUsers() throws Exception {
        Account ada = Account.register();
        Account grace = Account.register();
        String path = "/users/" + ada.id();
        for (int i = 0; i < 2; i++) {
            assertEquals(ada.email(), email(get(path, ada.token())));
            assertNull(email(get(path, grace.token())));
            assertNull(email(get(path, null)));
            assertEquals(ada.email(), email(get("/authentication", ada.token())));
            assertEquals(grace.email(), email(get("/authentication", grace.token())));
        }
    }

    @Test
    void cacheDoesNotMixMediaTypes() throws Exception {
        Account ada = Account.register();
        post(ada);
        String path = "/users/" + ada.id() + "/posts";

        byte[] array = get(path, null).body();
        byte[] lines = call(new Request.Builder().url(url(path)).header("Accept", "application/x-ndjson"))
                .body();
        assertTrue(new String(lines, UTF_8).endsWith("{\"count\":1}\n"));
        assertArrayEquals(array, get(path, null).body());
    }

    private static String email(Answer answer) throws IOException {
        var email = JSON.readTree(answer.body()).get("email");
        return email == null ? null : email.asText();
    }

    private static String post(Account author) throws IOException {
        return "/posts/"
                + author.request(JSON.writeValueAsString(Map.of("title", "Title", "content", CONTENT)))
                        .post("/posts")
                        .then()
                        .statusCode(201)
                        .extract()
                        .<Integer>path("id");
    }

    private Answer get(String path, String token) throws IOException {
        var request = new Request.Builder().url(url(path));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return call(request);
    }

    private Answer patch(String path, Account author, String tag, String title) throws IOException {
        return call(new Request.Builder()
                .url(url(path))
                .header("Authorization", "Bearer " + author.token())
                .header("If-Match", tag)
                .patch(json(Map.of("title", title))));
    }

    private static RequestBody json(Map<String, String> body) throws IOException {
        return RequestBody.create(JSON.writeValueAsBytes(body), MediaType.get("application/json"));
    }

    private static String url(String path) {
        return "http://localhost:" + RestAssured.port + path;
    }

    private Answer call(Request.Builder request) throws IOException {
        try (Response response = client.newCall(request.build()).execute()) {
            return new Answer(
                    response.code(),
                    response.body().bytes(),
                    response.header("ETag"),
                    response.networkResponse(),
                    response.cacheResponse() != null);
        }
    }

    /** Searches all files of the cache, gzipped or not. */
    private boolean isOnTheDisk(String text) throws IOException {
        cache.flush();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                if (new String(bytes, ISO_8859_1).contains(text)
                        || unzipped(bytes).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String unzipped(byte[] bytes) {
        try {
            return new String(new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes(), UTF_8);
        } catch (IOException e) {
            // Not gzipped
            return "";
        }
    }
}
