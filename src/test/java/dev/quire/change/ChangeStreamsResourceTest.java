package dev.quire.change;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.change.EventStream.Event;
import dev.quire.change.EventStream.Refused;
import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Metrics;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.smallrye.jwt.build.Jwt;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Changes that are sent as server-sent events. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class ChangeStreamsResourceTest {
    private static final String LISTENING = "changes_streams";

    private static EventStream open(String query) throws IOException {
        return new EventStream(RestAssured.port, query, null, null);
    }

    /** The position after all current changes. */
    private static String now() {
        var copy = new DeviceCopy();
        copy.sync(1000);
        return copy.position();
    }

    @Test
    void streamSendsAllRowsAndThenChanges() throws Exception {
        Account ada = Account.create();
        int post = ada.post("First", ada.categories("Streamed " + System.nanoTime(), 2));
        var copy = new DeviceCopy();
        try (EventStream stream = open(null)) {
            assertEquals("text/event-stream", stream.header("Content-Type").replaceFirst(";.*", ""));
            assertEquals("no", stream.header("X-Accel-Buffering"));
            assertEquals("no-store", stream.header("Cache-Control"));
            assertTrue(stream.next().retry().matches("[1-9]\\d{3}"));
            stream.sync(copy);
            copy.assertEqualToDatabase();

            ada.request("{\"title\": \"Second\", \"content\": \"Other\"}").put("/posts/" + post);
            assertEquals(1, stream.sync(copy));
            copy.assertEqualToDatabase();

            ada.request().delete("/posts/" + post);
            assertEquals(3, stream.sync(copy));
            copy.assertEqualToDatabase();
        }
    }

    @Test
    void streamSendsManyPagesBeforeChanges() throws Exception {
        Account ada = Account.create();
        Database.execute(
                "insert into posts (title, content, author_id) select 'Page ' || n, repeat('x', 500), ? from generate_series(1, 700) n",
                ada.id());
        var copy = new DeviceCopy();
        try (EventStream stream = open(null)) {
            assertTrue(stream.sync(copy) >= 700);
            copy.assertEqualToDatabase();
        }
    }

    @Test
    void aClientContinuesAfterTheLastEvent() throws Exception {
        Account ada = Account.create();
        String begin = now();
        int first = ada.post("First", List.of());
        String id;
        try (EventStream stream = open("since=" + begin + "&kinds=post")) {
            Event event = stream.await(next -> "change".equals(next.name()));
            assertEquals(first, event.json().get("id").asInt());
            id = event.id();
        }
        int second = ada.post("Second", List.of());
        // A browser reconnects with the old position in the address.
        try (EventStream stream = new EventStream(RestAssured.port, "since=" + begin + "&kinds=post", null, id)) {
            Event event = stream.await(next -> "change".equals(next.name()));
            assertEquals(second, event.json().get("id").asInt());
            stream.await(Event::isSynced);
        }
    }

    @Test
    void streamSendsOnlyTheCallersUser() throws Exception {
        Account ada = Account.create();
        Account alan = Account.create();
        String begin = now();
        try (var stream = new EventStream(RestAssured.port, "since=" + begin, ada.token(), null);
                var own = new EventStream(RestAssured.port, "kinds=user&since=" + begin, alan.token(), null);
                EventStream open = open("since=" + begin)) {
            stream.await(Event::isSynced);
            own.await(Event::isSynced);
            open.await(Event::isSynced);
            for (Account user : List.of(alan, ada)) {
                user.request("{\"address\": {\"city\": \"Moved\"}}")
                        .contentType("application/merge-patch+json")
                        .patch("/users/" + user.id())
                        .then()
                        .statusCode(200);
            }
            int post = ada.post("After", List.of());

            var seen = new ArrayList<String>();
            stream.await(event -> {
                seen.add(event.data());
                return event.data() != null && event.data().contains("\"kind\":\"post\",\"id\":" + post);
            });
            List<String> users = seen.stream()
                    .filter(data -> data.contains("\"kind\":\"user\""))
                    .toList();
            assertEquals(1, users.size(), users::toString);
            assertTrue(users.get(0).contains(ada.email()));
            Event moved = own.await(event -> "change".equals(event.name()));
            assertEquals(alan.email(), moved.json().get("value").get("email").asText());
            open.await(event -> {
                assertFalse(event.data() != null && event.data().contains("\"kind\":\"user\""), event::toString);
                return event.data() != null && event.data().contains("\"kind\":\"post\",\"id\":" + post);
            });
        }
    }

    @Test
    void malformedParametersAndLostPositionsAreRefused() {
        assertEquals(400, assertThrows(Refused.class, () -> open("since=x")).status);
        assertEquals(400, assertThrows(Refused.class, () -> open("limit=5")).status);
        assertEquals(400, assertThrows(Refused.class, () -> open("kinds=posts")).status);
        assertEquals(401, assertThrows(Refused.class, () -> open("kinds=user")).status);
        assertEquals(410, assertThrows(Refused.class, () -> open("since=00000000-1-1")).status);
        Refused refused = assertThrows(Refused.class, () -> new EventStream(RestAssured.port, null, null, "x"));
        assertTrue(refused.getMessage().contains("\"header\":\"Last-Event-ID\""), refused::getMessage);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json;q=0, */*               | text/event-stream",
                "text/event-stream, application/json;q=0.9 | text/event-stream",
                "text/event-stream;q=0.5, application/json | application/json",
                "text/event-stream, application/json       | application/json",
                "*/*                                       | application/json"
            })
    void acceptHeaderChoosesTheType(String accept, String type) throws Exception {
        String begin = now();
        try (var socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write(("GET /changes?since=" + begin + " HTTP/1.1\r\nHost: localhost\r\nAccept: " + accept
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            var head = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String found = null;
            for (String line = head.readLine(); !line.isEmpty(); line = head.readLine()) {
                if (line.toLowerCase(Locale.ROOT).startsWith("content-type:")) {
                    found = line.substring(13).strip().replaceFirst(";.*", "");
                }
            }
            assertEquals(type, found);
        }
    }

    @Test
    void headRequestOpensNoStream() throws Exception {
        var connection = (java.net.HttpURLConnection) java.net
                .URI
                .create("http://localhost:" + RestAssured.port + "/changes")
                .toURL()
                .openConnection();
        connection.setRequestMethod("HEAD");
        connection.setRequestProperty("Accept", "text/event-stream");
        assertEquals(200, connection.getResponseCode());
        assertEquals("text/event-stream", connection.getContentType().replaceFirst(";.*", ""));
    }

    @Test
    void closedConnectionsAreNotCounted() throws Exception {
        String begin = now();
        double before = Metrics.value(LISTENING);
        try (EventStream one = open("since=" + begin);
                EventStream other = open("since=" + begin)) {
            one.await(Event::isSynced);
            other.await(Event::isSynced);
            assertEquals(2, Metrics.value(LISTENING) - before);
        }
        Metrics.await(LISTENING, listening -> listening <= before);
    }

    @Test
    @Timeout(120)
    void http2StreamEndsWithoutItsConnection() throws Exception {
        double before = Metrics.value(LISTENING);
        var client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + RestAssured.port + "/changes?kinds=category&since=" + now()))
                .header("Accept", "text/event-stream")
                .build();

        HttpResponse<InputStream> stream = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (var lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            assertEquals(HttpClient.Version.HTTP_2, stream.version());
            awaitLine(lines, "event: synced");
            String name = "Over HTTP/2 " + System.nanoTime();
            Account.create().categories(name, 1);
            assertTrue(awaitLine(lines, "data: {\"kind\":\"category\"").contains(name));
            assertEquals(1, Metrics.value(LISTENING) - before);
        }

        Metrics.await(LISTENING, listening -> listening <= before);
    }

    private static String awaitLine(BufferedReader lines, String begin) throws IOException {
        String line = lines.readLine();
        while (!line.startsWith(begin)) {
            line = lines.readLine();
        }
        return line;
    }

    @Test
    void streamsShareTheirStatements() throws Exception {
        String begin = now();
        var streams = new ArrayList<EventStream>();
        try {
            for (int i = 0; i < 30; i++) {
                streams.add(open("since=" + begin));
                streams.get(i).await(Event::isSynced);
            }
            List<String> statements = Database.statementsDuring(() -> {
                try {
                    Thread.sleep(2000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            long reads = statements.stream()
                    .filter(sql -> sql.contains("change_histories"))
                    .count();
            // Ten per second, on a slow machine for some seconds; without sharing there would be thirty times as many.
            assertTrue(reads > 0 && reads < 100, "statements in two seconds: " + reads);
        } finally {
            streams.forEach(EventStream::close);
        }
    }

    /** A client that does not read takes little memory, and gets each row in its current state when it reads on. */
    @Test
    void slowReaderMissesNoChange() throws Exception {
        Account ada = Account.create();
        String begin = now();
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress("localhost", RestAssured.port));
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write(("GET /changes?kinds=post&since=" + begin + " HTTP/1.0\r\nHost: localhost\r\n"
                                    + "Accept: text/event-stream\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            Metrics.await(LISTENING, listening -> listening > 0);
            // More than all buffers in between can hold.
            Database.execute(
                    "insert into posts (title, content, author_id) select 'Slow', repeat('x', 50000), ? from generate_series(1, 400)",
                    ada.id());
            Thread.sleep(1000);
            Database.execute("update posts set title = 'Edited', content = 'Short' where author_id = ?", ada.id());
            int last = ada.post("Last", List.of());

            var text = new StringBuilder();
            byte[] buffer = new byte[65536];
            while (text.indexOf("\"id\":" + last + ",") < 0) {
                int length = socket.getInputStream().read(buffer);
                assertTrue(length > 0, "the stream ended");
                text.append(new String(buffer, 0, length, StandardCharsets.UTF_8));
            }
            var copy = new DeviceCopy();
            int stale = 0;
            for (String line : text.toString().split("\n")) {
                if (line.startsWith("data: {\"kind\"") && line.endsWith("}")) {
                    copy.apply(DeviceCopy.json(line.substring(6)));
                    stale += line.contains("\"Slow\"") ? 1 : 0;
                }
            }
            assertEquals(
                    400,
                    copy.rows().values().stream()
                            .filter(row -> row.get("title").asText().equals("Edited"))
                            .count());
            assertTrue(stale < 350, "sent ahead: " + stale);
        } finally {
            Database.execute("delete from posts where author_id = ?", ada.id());
        }
    }

    @Test
    void aStreamEndsWhenItsTokenDoes() throws Exception {
        Account ada = Account.create();
        String token = Jwt.issuer("quire")
                .audience("quire")
                .subject(Long.toString(ada.id()))
                .groups("user")
                .expiresIn(Duration.ofSeconds(4))
                .jws()
                .keyId("test")
                .sign(key());
        try (var stream = new EventStream(RestAssured.port, "since=" + now(), token, null)) {
            stream.await(Event::isSynced);
            Event last = null;
            for (Event event = stream.next(); event != null; event = stream.next()) {
                last = event;
            }
            assertTrue(last != null && last.retry() != null, () -> "no retry");
            assertNull(stream.next());
        }
        given().auth().oauth2(ada.token()).get("/authentication").then().statusCode(200);
    }

    private static PrivateKey key() throws Exception {
        String pem = Files.readString(Environment.KEYS.resolve("test.pem"));
        byte[] key = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(key));
    }
}
