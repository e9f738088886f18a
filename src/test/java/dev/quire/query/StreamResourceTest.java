package dev.quire.query;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.http.Links;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists as lines: every row in the order of the pages, and the count in the last line. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
@Timeout(value = 120, unit = SECONDS)
class StreamResourceTest {
    private static final String NDJSON = "application/x-ndjson";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Far more bytes than the network between service and client holds, in rows that need a few dozen statements. */
    private static final int LONG_POSTS = 3000;

    private static final int LENGTH = 20_000;

    /** The statements that it takes to read all of them. */
    private static final int LONG_CHUNKS = LONG_POSTS * LENGTH / (256 * 1024);

    /** The number of streams that may be sent at a time. */
    private static final int MAX_STREAMS = 64;

    /** More than the service has connections to the database. */
    private static final int READERS = 25;

    private static Account ada;
    private static Account writer;
    private static List<Integer> categories;
    private static int post;

    @BeforeEach
    void fill() {
        if (ada == null) {
            ada = Account.create();
            categories = ada.categories("Stream", 2);
            for (int i = 0; i < 7; i++) {
                post = ada.post(
                        "Streamed \\\"" + i + "\\\" \\\\ \u00e9 \uD83D\uDE80", categories.subList(0, 1 + i % 2));
            }
            writer = Account.register();
            insert(writer, LONG_POSTS, LENGTH);
        }
    }

    @AfterEach
    void restoreTheDatabase() throws Exception {
        Environment.restoreNetwork();
        await(() -> given().get("/posts/{id}", post).statusCode() == 200);
    }

    @AfterAll
    static void deleteLongPosts() throws SQLException {
        Database.execute("delete from posts where title like 'Long %'");
    }

    /** Random-looking letters, which are more than half as long when gzipped. */
    private static void insert(Account author, int posts, int length) {
        Database.rows(
                "with made as (insert into posts (title, content, author_id, created_at)"
                        + " select 'Long ' || i, (select left(string_agg(md5(i || ' ' || j), ''), ?) from generate_series(0, ? / 32) j),"
                        + " ?, timestamptz '2001-01-01Z' + (i / 3) * interval '1 second'"
                        + " from generate_series(1, ?) i returning id)"
                        + " select count(*) from made",
                length,
                length,
                author.id(),
                posts);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/posts?author=ADA",
                "/posts?category=FIRST&sort=title",
                "/posts?categoryNone=SECOND&author=ADA&include=author.posts",
                "/posts?q=streamed&author=ADA&sort=-title&include=",
                "/posts?author=ADA&createdAfter=2020-01-01T00:00:00Z&fields=id,title,author.name",
                "/users/ADA/posts",
                "/users/ADA/posts?sort=createdAt&fields=title",
                "/users/ADA/posts?category=SECOND",
                "/categories/FIRST/posts",
                "/categories/FIRST/posts?category=SECOND&sort=title",
                "/categories",
                "/categories?sort=-name&include=posts.author",
                "/users",
                "/users?sort=-name&include=posts,address.user",
                "/users?createdAfter=2020-01-01T00:00:00Z&fields=email",
                "/addresses",
                "/addresses?sort=-id&include=user",
                "/posts?author=ADA&q=nothing",
            })
    void everyLineEqualsTheRowOfAPage(String list) throws IOException {
        var rows = new ArrayList<Object>();
        String separator = list.contains("?") ? "&" : "?";
        for (String next = filled(list) + separator + "limit=100"; next != null; ) {
            Response page = Links.follow(Account.admin().request(), next);
            rows.addAll(page.jsonPath().getList(""));
            next = Links.of(page, "next");
        }

        Response stream = Account.admin()
                .request()
                .urlEncodingEnabled(false)
                .accept(NDJSON)
                .get(filled(list));

        stream.then().statusCode(200).header("Content-Type", "application/x-ndjson;charset=UTF-8");
        assertEquals(
                stream.asString(),
                Account.admin()
                        .request()
                        .urlEncodingEnabled(false)
                        .get(exported(filled(list)))
                        .then()
                        .statusCode(200)
                        .header("Content-Type", "application/x-ndjson;charset=UTF-8")
                        .extract()
                        .asString());
        assertTrue(stream.asString().endsWith("}\n"));
        assertFalse(stream.asString().contains("\r") || stream.asString().contains("\n\n"));
        List<Object> lines = new ArrayList<>();
        for (String line : stream.asString().split("\n")) {
            lines.add(JSON.readValue(line, Map.class));
        }
        assertEquals(Map.of("count", rows.size()), lines.remove(lines.size() - 1));
        assertEquals(JSON.readTree(JSON.writeValueAsBytes(rows)), JSON.readTree(JSON.writeValueAsBytes(lines)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 99, 100, 101, 199, 200, 201, 250})
    void streamOfAnyLengthHasEveryRowOnce(int posts) {
        Account author = Account.register();
        insert(author, posts, 10);
        List<String> expected = Database.rows(
                        "select '{\"id\":' || id || '}' from posts where author_id = ? order by created_at desc, id desc",
                        author.id())
                .stream()
                .map(row -> (String) row.get(0))
                .toList();

        String stream = given().accept(NDJSON)
                .get("/users/{id}/posts?fields=id", author.id())
                .asString();

        List<String> lines = stream.lines().toList();
        assertEquals(expected, lines.subList(0, lines.size() - 1));
        assertEquals("{\"count\":" + posts + "}", lines.get(lines.size() - 1));
    }

    @ParameterizedTest
    @CsvSource({
        "/posts, limit, 5",
        "/posts, limit, 100",
        "/posts, cursor, x",
        "/users/ADA/posts, limit, 20",
        "/categories/FIRST/posts, cursor, x",
        "/categories, limit, 20",
        "/users, cursor, x",
        "/addresses, limit, 20",
        "/posts, sort, content",
        "/posts, fields, nothing",
        "/posts, include, nothing",
        "/posts, category, x",
        "/posts, createdAfter, x",
        "/posts, q, ' '",
        "/posts, colour, green",
        "/categories, q, x"
    })
    void invalidParameterOfAStreamIsRefused(String list, String parameter, String value) {
        Account.admin()
                .request()
                .accept(NDJSON)
                .queryParam(parameter, value)
                .get(filled(list))
                .then()
                .spec(problem(400))
                .body("errors.parameter", contains(parameter));
        Account.admin()
                .request()
                .queryParam(parameter, value)
                .get(exported(filled(list)))
                .then()
                .spec(problem(400))
                .body("errors.parameter", contains(parameter));
    }

    @Test
    void cursorIsRefused() {
        String next = Links.of(Links.follow("/users/" + ada.id() + "/posts?limit=2"), "next");

        given().urlEncodingEnabled(false)
                .accept(NDJSON)
                .get(next)
                .then()
                .spec(problem(400))
                .body("errors.parameter", contains("limit"));
        given().urlEncodingEnabled(false)
                .accept(NDJSON)
                .get(next.replace("limit=2&", ""))
                .then()
                .spec(problem(400))
                .body("errors.parameter", contains("cursor"));
    }

    @Test
    void streamsHaveTheAccessRulesOfPages() {
        given().accept(NDJSON).get("/users/999999999/posts").then().spec(problem(404));
        given().accept(NDJSON).get("/categories/999999999/posts").then().spec(problem(404));
        given().accept(NDJSON).get("/users").then().spec(problem(401));
        ada.request().accept(NDJSON).get("/users").then().spec(problem(403));
        given().accept(NDJSON).get("/addresses").then().spec(problem(401));
        ada.request().accept(NDJSON).get("/posts?include=author.address").then().spec(problem(403));
        // Only the caller's own.
        assertEquals(
                2,
                ada.request()
                        .accept(NDJSON)
                        .get("/addresses")
                        .asString()
                        .lines()
                        .count());
        given().get("/users/999999999/posts/export").then().spec(problem(404));
        given().get("/categories/999999999/posts/export").then().spec(problem(404));
        given().get("/posts/999999999/comments/export").then().spec(problem(404));
        given().get("/users/999999999/comments/export").then().spec(problem(404));
        given().get("/users/export").then().spec(problem(401));
        ada.request().get("/users/export").then().spec(problem(403));
        given().get("/addresses/export").then().spec(problem(401));
        given().get("/authentication/sessions/export").then().spec(problem(401));
        ada.request().get("/posts/export?include=author.address").then().spec(problem(403));
        assertEquals(
                2, ada.request().get("/addresses/export").asString().lines().count());
        // A single resource is not a list.
        given().accept(NDJSON).get("/posts/{id}", post).then().spec(problem(406));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/*",
                "application/*",
                "application/json",
                "",
                "text/html, */*;q=0.1",
                "application/json, " + NDJSON
            })
    void jsonIsSentUnlessLinesAreRequested(String accept) throws Exception {
        HttpRequest.Builder request = request("/users/" + ada.id() + "/posts?limit=3");
        if (!accept.isEmpty()) {
            request.header("Accept", accept);
        }
        var answer = HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());

        assertEquals(
                "application/json;charset=UTF-8",
                answer.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(3, JSON.readTree(answer.body()).size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {NDJSON, NDJSON + ", application/json;q=0.9", "text/html, " + NDJSON, "APPLICATION/X-NDJSON"})
    void linesAreSentWhenPreferred(String accept) {
        given().header("Accept", accept)
                .get("/users/{id}/posts", ada.id())
                .then()
                .statusCode(200)
                .header("Content-Type", "application/x-ndjson;charset=UTF-8");
    }

    @Test
    void exportSendsOnlyLines() {
        for (String accept : List.of("*/*", NDJSON, "application/json;q=0.9, application/*;q=0.1")) {
            given().header("Accept", accept)
                    .get("/users/{id}/posts/export", ada.id())
                    .then()
                    .statusCode(200)
                    .header("Content-Type", "application/x-ndjson;charset=UTF-8");
        }
        given().accept("application/json").get("/posts/export").then().spec(problem(406));
        // It is no id of a post.
        given().get("/posts/export/comments").then().spec(problem(400)).body("errors.parameter", contains("id"));
        ada.request().delete("/posts/export").then().spec(problem(400)).body("errors.parameter", contains("id"));
    }

    private static String exported(String list) {
        return list.replaceFirst("\\?|$", "/export$0");
    }

    @Test
    void headsOfStreamsReadAChunkAtMost() throws Exception {
        long before = Database.statements();
        given().head("/posts/export?author={id}", writer.id()).then().statusCode(200);
        given().accept(NDJSON).head("/posts?author={id}", writer.id()).then().statusCode(200);
        Thread.sleep(1000);

        assertTrue(Database.statements() - before <= 2, "a stream without a body is read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip"})
    void slowReadersHoldNoConnectionOfTheDatabase(String encoding) throws Exception {
        long before = Database.statements();
        var streams = new ArrayList<InputStream>();
        try {
            for (int i = 0; i < READERS; i++) {
                InputStream stream = open("/posts?author=" + writer.id(), encoding);
                streams.add(stream);
                stream.readNBytes(LENGTH);
            }
            long statements = awaitStall() - before;

            assertTrue(statements < READERS * LONG_CHUNKS, "all has been read already: " + statements);
            assertEquals(
                    0,
                    Database.count(
                            "select count(*) from pg_stat_activity where usename = 'quire' and state <> 'idle'"));
            given().get("/posts/{id}", post).then().statusCode(200);
            ada.post("Between streams");

            // Each goes on when its reader does.
            String rest = new String(streams.get(READERS - 1).readAllBytes(), UTF_8);
            assertTrue(rest.endsWith("}\n{\"count\":" + LONG_POSTS + "}\n"));
            assertEquals(
                    LONG_POSTS,
                    rest.lines().filter(line -> line.endsWith("Z\"}")).count());
        } finally {
            for (InputStream stream : streams) {
                stream.close();
            }
        }
    }

    /** Each has a part of its list in memory while its reader does not read. */
    @Test
    void numberOfConcurrentStreamsIsLimited() throws Exception {
        String list = "/posts?author=" + writer.id();
        var streams = new ArrayList<InputStream>();
        try {
            for (int i = 0; i < MAX_STREAMS; i++) {
                streams.add(open(list));
            }
            given().accept(NDJSON).get(list).then().spec(problem(503)).header("Retry-After", notNullValue());
            given().get(list).then().statusCode(200);
        } finally {
            for (InputStream stream : streams) {
                stream.close();
            }
        }
        while (given().accept(NDJSON).get("/posts?author=" + ada.id()).statusCode() != 200) {
            Thread.sleep(10);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip"})
    void closedConnectionEndsTheStatements(String encoding) throws Exception {
        long before = Database.statements();
        InputStream stream = open("/posts?author=" + writer.id(), encoding);
        stream.readNBytes(5 * 100 * LENGTH);
        stream.close();

        Thread.sleep(1000);
        long after = Database.statements();
        Thread.sleep(1000);

        assertEquals(after, Database.statements());
        assertTrue(after - before < LONG_CHUNKS, (after - before) + " statements");
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip"})
    void connectionClosedAfterAStallEndsTheStatements(String encoding) throws Exception {
        InputStream stream = open("/posts?author=" + writer.id(), encoding);
        stream.readNBytes(LENGTH);
        long before = awaitStall();
        stream.close();

        Thread.sleep(1000);

        assertTrue(Database.statements() - before <= 1, "the stream goes on");
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip"})
    void aStreamThatLosesItsDatabaseIsCut(String encoding) throws Exception {
        InputStream stream = open("/posts?author=" + writer.id(), encoding);
        var read = new StringBuilder(new String(stream.readNBytes(LENGTH), UTF_8));
        awaitStall();
        Environment.network().cut();

        assertCut(() -> readAll(stream, read));

        assertFalse(read.toString().contains("\"count\""), "looks whole");
        Environment.restoreNetwork();
        await(() -> given().get("/posts/{id}", post).statusCode() == 200);
        assertEquals(
                LONG_POSTS + 1,
                given().accept(NDJSON)
                        .get("/posts?author={id}&fields=id", writer.id())
                        .asString()
                        .lines()
                        .count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip"})
    void aStreamWhoseDatabaseDoesNotAnswerIsCut(String encoding) throws Exception {
        InputStream stream = open("/posts?author=" + writer.id(), encoding);
        var read = new StringBuilder(new String(stream.readNBytes(LENGTH), UTF_8));
        awaitStall();
        Environment.network().stall();

        assertCut(() -> readAll(stream, read));

        assertFalse(read.toString().contains("\"count\""), "looks whole");
    }

    @Test
    void streamThatCannotStartIsAProblem() {
        Environment.network().cut();

        for (String list : List.of("/posts", "/users/" + ada.id() + "/posts", "/categories")) {
            given().accept(NDJSON).get(list).then().spec(problem(503));
        }
    }

    @Test
    void streamContinuesDuringConcurrentWrites() throws Exception {
        Account author = Account.register();
        insert(author, 1000, LENGTH);
        List<List<Object>> there = Database.rows(
                "select id from posts where author_id = ? and id % 7 <> 0 order by created_at desc, id desc",
                author.id());
        InputStream stream = open("/posts?author=" + author.id());
        var read = new StringBuilder(new String(stream.readNBytes(LENGTH), UTF_8));
        awaitStall();

        Database.execute("delete from posts where author_id = ? and id % 7 = 0", author.id());
        insert(author, 100, 10);
        readAll(stream, read);

        List<String> lines = read.toString().lines().toList();
        List<String> ids = lines.subList(0, lines.size() - 1).stream()
                .map(line -> line.replaceAll("\\{\"id\":(\\d+),.*", "$1"))
                .toList();
        assertEquals(ids.size(), ids.stream().distinct().count());
        List<String> stayed = there.stream().map(row -> row.get(0).toString()).toList();
        var seen = new ArrayList<>(ids);
        seen.retainAll(Set.copyOf(stayed));
        assertEquals(stayed, seen);
        assertEquals("{\"count\":" + ids.size() + "}", lines.get(lines.size() - 1));
    }

    /** Requires that HTTP reports the cut; a gzip stream that merely ended early would throw an EOFException. */
    private static void assertCut(Executable read) {
        assertEquals(IOException.class, assertThrows(IOException.class, read).getClass());
    }

    /** Adds the rest of a stream, as far as it arrives. */
    private static void readAll(InputStream stream, StringBuilder read) throws IOException {
        byte[] buffer = new byte[LENGTH];
        for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
            // Only ASCII here.
            read.append(new String(buffer, 0, n, UTF_8));
        }
    }

    /** Returns the number of statements once the service runs no more of them. */
    private static long awaitStall() throws InterruptedException {
        for (long before = -1, now = Database.statements(); ; before = now, now = Database.statements()) {
            if (before == now) {
                return now;
            }
            Thread.sleep(1000);
        }
    }

    private static InputStream open(String path) throws IOException, InterruptedException {
        return open(path, "identity");
    }

    private static InputStream open(String path, String encoding) throws IOException, InterruptedException {
        var answer = HttpClient.newHttpClient()
                .send(
                        request(path)
                                .header("Accept", NDJSON)
                                .header("Accept-Encoding", encoding)
                                .build(),
                        BodyHandlers.ofInputStream());
        assertEquals(200, answer.statusCode());
        return encoding.equals("gzip") ? new GZIPInputStream(answer.body()) : answer.body();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path))
                .version(HttpClient.Version.HTTP_1_1);
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + SECONDS.toNanos(60);
        while (!condition.call()) {
            assertTrue(System.nanoTime() < end, "the condition does not become true");
            Thread.sleep(100);
        }
    }

    private static String filled(String list) {
        return list.replace("ADA", "" + ada.id())
                .replace("FIRST", "" + categories.get(0))
                .replace("SECOND", "" + categories.get(1));
    }
}
