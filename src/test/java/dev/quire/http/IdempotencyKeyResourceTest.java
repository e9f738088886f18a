package dev.quire.http;

import static dev.quire.environment.Refusal.problem;
import static dev.quire.http.Creation.KEY;
import static dev.quire.http.Creation.NONE_CREATED;
import static dev.quire.http.Creation.countCreated;
import static dev.quire.http.Creation.unique;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests with an idempotency key, which are executed once however often they are sent. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class IdempotencyKeyResourceTest {
    private static final String REPLAYED = "Idempotency-Replayed";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Another user with all permissions. */
    private static Account grace;

    private final String key = unique();
    private final String word = unique();

    @ParameterizedTest
    @EnumSource
    void repeatedRequestIsReplayed(Creation creation) {
        Response first = creation.send(key, word);
        assertCreated(first);

        assertReplayed(first, creation.send(key, word));
        assertReplayed(first, creation.send(key, word));
        assertEquals(creation.once, countCreated(word));
    }

    @ParameterizedTest
    @EnumSource
    void missingOrOtherKeyIsAnotherRequest(Creation creation) {
        Response first = creation.send(key, word);

        Response other = creation.send(unique(), word);
        Response without = (creation == Creation.REGISTRATION
                        ? given()
                        : Account.admin().request())
                .contentType(ContentType.JSON)
                .body(creation.body(word))
                .post(creation.path);

        for (Response answer : List.of(other, without)) {
            assertFalse(answer.headers().hasHeaderWithName(REPLAYED));
            assertNotEquals(first.asString(), answer.asString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void equivalentJsonIsTheSameRequest(Creation creation) throws IOException {
        Response first = creation.send(key, word);
        Map<?, ?> members = JSON.readValue(creation.body(word), LinkedHashMap.class);
        var names = new ArrayList<Object>(members.keySet());
        Collections.reverse(names);
        var reversed = new LinkedHashMap<Object, Object>();
        names.forEach(name -> reversed.put(name, members.get(name)));
        String rewritten = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(reversed);
        assertNotEquals(creation.body(word), rewritten);

        assertReplayed(first, creation.request(key).body(rewritten).post(creation.path));
    }

    @ParameterizedTest
    @EnumSource
    void keyWithAnotherBodyIsRefused(Creation creation) {
        Response first = creation.send(key, word);

        assertReused(creation.request(key).body(creation.changed(word)).post(creation.path));

        assertReplayed(first, creation.send(key, word));
        assertEquals(creation.once, countCreated(word));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "REGISTRATION")
    void keyWithAnotherPathIsRefused(Creation creation) {
        assertCreated(creation.send(key, word));
        Creation other = creation == Creation.POST ? Creation.CATEGORY : Creation.POST;
        String another = unique();

        assertReused(other.send(key, another));

        assertEquals(NONE_CREATED, countCreated(another));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "REGISTRATION")
    void aKeyBelongsToItsUser(Creation creation) {
        Response first = creation.send(key, word);
        String another = unique();

        Response of = grace().request(creation.body(another)).header(KEY, key).post(creation.path);

        assertCreated(of);
        assertReplayed(first, creation.send(key, word));
        assertReplayed(
                of, grace().request(creation.body(another)).header(KEY, key).post(creation.path));
    }

    @Test
    void registrationKeyBelongsToTheEmailIgnoringCase() {
        Response first = Creation.REGISTRATION.send(key, word);
        String another = unique();

        Response of = Creation.REGISTRATION.send(key, another);

        assertCreated(of);
        assertReplayed(first, Creation.REGISTRATION.send(key, word));
        assertReused(Creation.REGISTRATION
                .request(key)
                .body(Creation.REGISTRATION.body(word).replace(word + "@", word.toUpperCase() + "@"))
                .post(Creation.REGISTRATION.path));
    }

    @Test
    void registrationKeyIgnoresTheToken() {
        Response first = Creation.REGISTRATION
                .request(key)
                .auth()
                .oauth2(grace().token())
                .body(Creation.REGISTRATION.body(word))
                .post(Creation.REGISTRATION.path);
        assertCreated(first);

        assertReplayed(first, Creation.REGISTRATION.send(key, word));
    }

    @ParameterizedTest
    @CsvSource({"POST, title", "CATEGORY, name", "USER, name", "REGISTRATION, name"})
    void replayReturnsTheOriginalAfterAChange(Creation creation, String member) {
        Response first = creation.send(key, word);
        Account.admin()
                .request()
                .contentType("application/merge-patch+json")
                .body("{\"%s\": \"new %s\"}".formatted(member, word))
                .patch(first.header("Location"))
                .then()
                .statusCode(200);

        assertReplayed(first, creation.send(key, word));
    }

    @ParameterizedTest
    @EnumSource(names = {"POST", "CATEGORY", "USER"})
    void replayReturnsTheOriginalAfterADeletion(Creation creation) {
        Response first = creation.send(key, word);
        Account.admin().request().delete(first.header("Location")).then().statusCode(204);

        assertReplayed(first, creation.send(key, word));
        assertEquals(0, countCreated(word).get(0) + countCreated(word).get(3));
    }

    @Test
    void replayReturnsTheOriginalAddressAfterItsDeletion() {
        Response first = Creation.ADDRESS.send(key, word);
        long user = Database.count("select id from users where email = ?", word + "@quire.test");
        Account.admin().request().delete("/users/{id}/address", user).then().statusCode(204);

        assertReplayed(first, Creation.ADDRESS.send(key, word));
        assertEquals(List.of(0, 0, 0, 1, 0), countCreated(word));
    }

    @Test
    void addressOfAnExistingUserIsCreatedOnce() {
        int user = (int) Account.register().id();
        String body = """
                {"street": "%s", "city": "City", "country": "Country", "user": {"id": %d}}""".formatted(word, user);
        Response first = Creation.ADDRESS.request(key).body(body).post("/addresses");
        assertCreated(first);

        assertReplayed(first, Creation.ADDRESS.request(key).body(body).post("/addresses"));
        assertEquals(List.of(0, 0, 0, 0, 1), countCreated(word));
    }

    @Test
    void deletingAUserDeletesTheirKeys() {
        Response registered = Creation.REGISTRATION.send(key, word);
        Account ada = new Account(registered.<Integer>path("id"), word + "@quire.test", "original");
        assertCreated(ada.request("{\"name\": \"%s\"}".formatted(word))
                .header(KEY, key)
                .post("/categories"));
        assertEquals(2, keysOf(ada));

        Account.admin().request().delete("/users/{id}", ada.id()).then().statusCode(204);

        assertEquals(0, keysOf(ada));
        Response again = Creation.REGISTRATION.send(key, word);
        assertCreated(again);
        assertNotEquals(registered.<Integer>path("id"), again.<Integer>path("id"));
    }

    private static long keysOf(Account account) {
        return Database.count("select count(*) from idempotency_keys where user_id = ?", account.id());
    }

    @ParameterizedTest
    @EnumSource
    void requestInProgressIsAConflictToRetry(Creation creation) throws Exception {
        Response first;
        try (Connection connection = Database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table idempotency_keys in share mode");
            var waiting =
                    CompletableFuture.supplyAsync(() -> creation.send(key, word), work -> new Thread(work).start());
            Database.awaitBlocked();

            // Bounded, since it might wait for this very test.
            CompletableFuture.supplyAsync(() -> creation.send(key, word))
                    .get(10, TimeUnit.SECONDS)
                    .then()
                    .spec(problem(409))
                    .body("type", equalTo("urn:quire:problem:under-way"))
                    .body("errors[0].header", equalTo(KEY))
                    .header("Retry-After", matchesPattern("[1-9][0-9]*"));

            connection.rollback();
            first = waiting.join();
        }
        assertCreated(first);
        assertReplayed(first, creation.send(key, word));
        assertEquals(creation.once, countCreated(word));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST         | 422 | {\"title\": \"WORD\"}",
                "POST         | 422 | {\"title\": \"WORD\", \"content\": \"c\", \"categories\": [{\"id\": 999999999}]}",
                "POST         | 400 | {\"title\": ",
                "CATEGORY     | 422 | {\"name\": \"\"}",
                "USER         | 422 | {\"email\": \"WORD@quire.test\", \"name\": \"original\", \"password\": \"password\"}",
                "ADDRESS      | 422 | {\"street\": \"WORD\", \"city\": \"c\", \"country\": \"c\", \"user\": {\"id\": 999999999}}",
                "REGISTRATION | 422 | {\"email\": \"WORD@quire.test\", \"name\": \"original\", \"password\": \"password\"}",
            })
    void keyOfAnInvalidRequestIsReusable(Creation creation, int status, String body) {
        creation.request(key)
                .body(body.replace("WORD", word))
                .post(creation.path)
                .then()
                .spec(problem(status))
                .body("type", not(equalTo("urn:quire:problem:key-reused")));

        assertCreated(creation.send(key, word));
        assertEquals(creation.once, countCreated(word));
    }

    @ParameterizedTest
    @CsvSource({
        "CATEGORY,     delete from categories where name = ? || ' original'",
        "USER,         delete from users where email = ? || '@quire.test'",
        "ADDRESS,      delete from users where email = ? || '@quire.test'",
        "REGISTRATION, delete from users where email = ? || '@quire.test'"
    })
    void keyOfAConflictIsReusable(Creation creation, String taker) throws SQLException {
        creation.send(unique(), word);
        creation.send(key, word).then().spec(problem(409)).body("type", equalTo("urn:quire:problem:taken"));
        Database.execute(taker, word);

        assertCreated(creation.send(key, word));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "REGISTRATION")
    void keyOfAnUnauthorizedRequestIsReusable(Creation creation) {
        creation.request(key)
                .auth()
                .none()
                .header("Authorization", "Bearer none")
                .body(creation.body(word))
                .post(creation.path)
                .then()
                .statusCode(401);

        assertCreated(creation.send(key, word));
    }

    @ParameterizedTest
    @EnumSource(names = {"USER", "ADDRESS"})
    void replayRequiresThePermission(Creation creation) {
        Account ada = Account.register();
        roles(ada, "user", "admin");
        String token = Account.logIn(ada.email(), Account.PASSWORD);
        given().auth()
                .oauth2(token)
                .contentType(ContentType.JSON)
                .header(KEY, key)
                .body(creation.body(word))
                .post(creation.path)
                .then()
                .statusCode(201);
        roles(ada, "user");
        String less = Account.logIn(ada.email(), Account.PASSWORD);

        given().auth()
                .oauth2(less)
                .contentType(ContentType.JSON)
                .header(KEY, key)
                .body(creation.body(word))
                .post(creation.path)
                .then()
                .spec(problem(403));
    }

    @ParameterizedTest
    @CsvSource({
        "POST,         posts",
        "POST,         idempotency_keys",
        "CATEGORY,     categories",
        "CATEGORY,     idempotency_keys",
        "USER,         users",
        "USER,         idempotency_keys",
        "ADDRESS,      users",
        "ADDRESS,      idempotency_keys",
        "REGISTRATION, users",
        "REGISTRATION, idempotency_keys"
    })
    void failedCommitStoresNeitherKeyNorData(Creation creation, String table) throws SQLException {
        Database.execute("create function fail() returns trigger language plpgsql as"
                + " $$ begin raise exception 'not now' using errcode = '40001'; end $$");
        try {
            Database.execute("create constraint trigger fail after insert on " + table
                    + " deferrable initially deferred for each row execute function fail()");

            creation.send(key, word).then().spec(problem(503));
        } finally {
            Database.execute("drop function fail() cascade");
        }
        assertEquals(NONE_CREATED, countCreated(word));

        assertCreated(creation.request(key).body(creation.changed(word)).post(creation.path));
        assertEquals(creation.once, countCreated(word));
    }

    @ParameterizedTest
    @EnumSource
    void keyIsReusableAfterAnOutage(Creation creation) {
        Environment.network().cut();
        try {
            creation.request(key)
                    .body(creation.body(word))
                    .post(creation.path)
                    .then()
                    .spec(problem(503));
        } finally {
            Environment.restoreNetwork();
        }

        assertCreated(creation.send(key, word));
        assertEquals(creation.once, countCreated(word));
    }

    @Test
    void replayIsNotCountedByTheThrottle() {
        String address = "10.77." + System.nanoTime() % 250 + "." + System.nanoTime() / 1000 % 250;
        Response first = registerFrom(address);
        assertCreated(first);

        assertReplayed(first, registerFrom(address));

        assertEquals(1, Database.count("select count from attempts where key = ?", "register " + address));
    }

    private Response registerFrom(String address) {
        return Creation.REGISTRATION
                .request(key)
                .header("X-Forwarded-For", address)
                .body(Creation.REGISTRATION.body(word))
                .post(Creation.REGISTRATION.path);
    }

    @ParameterizedTest
    @EnumSource
    void replayTakesOneStatement(Creation creation) {
        creation.send(key, word);

        List<String> statements = Database.statementsDuring(() -> creation.send(key, word));

        assertEquals(1, statements.size(), statements::toString);
    }

    @ParameterizedTest
    @EnumSource
    void storedKeysRevealNothingOfTheRequest(Creation creation) throws Exception {
        creation.send(key, word);

        List<Object> row = Database.rows("""
                        select encode(id, 'hex'), encode(fingerprint, 'hex'), k::text from idempotency_keys k
                        order by created_at desc limit 1
                        """).get(0);

        String all = row.toString();
        assertTrue(all.contains(word), "is another row");
        assertFalse(all.contains(key));
        assertFalse(all.contains(Account.PASSWORD));
        for (Object hash : row.subList(0, 2)) {
            assertTrue(((String) hash).matches("[0-9a-f]{64}"));
            for (String known : List.of(
                    key, creation.body(word), JSON.readTree(creation.body(word)).toString())) {
                byte[] plain = MessageDigest.getInstance("SHA-256").digest(known.getBytes(StandardCharsets.UTF_8));
                assertNotEquals(HexFormat.of().formatHex(plain), hash);
            }
        }
    }

    @Test
    void theHashOfARequestDependsOnItsKey() {
        Creation.POST.send(key, word);
        Creation.POST.send(unique(), word);

        assertEquals(2, Database.count("""
                select count(distinct fingerprint) from (
                  select fingerprint from idempotency_keys order by created_at desc limit 2) latest
                """));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "ä", "a\tb"})
    void malformedKeyIsRefused(String malformed) throws IOException {
        assertMalformed("Idempotency-Key: " + malformed + "\n");
    }

    @Test
    void aKeyHasUpTo255Characters() throws IOException {
        assertMalformed("Idempotency-Key: " + "k".repeat(256) + "\n");

        String longest = "~!".repeat(127) + "k";
        assertCreated(Creation.POST.send(longest, word));
        assertReplayed(Creation.POST.send(longest, word), Creation.POST.send(longest, word));
    }

    @Test
    void severalKeysAreMalformed() throws IOException {
        assertMalformed("Idempotency-Key: one\nIdempotency-Key: two\n");
        assertMalformed("Idempotency-Key: one\nIdempotency-Key: one\n");
    }

    private void assertMalformed(String header) throws IOException {
        for (Creation creation : Creation.values()) {
            byte[] body = creation.body(word).getBytes(StandardCharsets.UTF_8);

            String answer =
                    Wire.exchange("""
                    POST %s HTTP/1.1
                    Host: quire
                    Authorization: Bearer %s
                    Content-Type: application/json
                    Content-Length: %d
                    Connection: close
                    %s""".formatted(creation.path, Account.admin().token(), body.length, header), body);

            assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
            assertTrue(answer.contains("\"errors\":[{\"header\":\"Idempotency-Key\","), answer);
        }
        assertEquals(NONE_CREATED, countCreated(word));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a-key", "no key"})
    void keyIsIgnoredByOperationsThatCreateNothing(String any) {
        Account ada = Account.register();
        String logIn = "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(ada.email(), Account.PASSWORD);

        List<Response> answers = List.of(
                given().contentType(ContentType.JSON)
                        .header(KEY, any)
                        .body(logIn)
                        .post("/authentication/log-in"),
                given().contentType(ContentType.JSON)
                        .header(KEY, any)
                        .body(logIn)
                        .post("/authentication/log-in"),
                ada.request().header(KEY, any).put("/categories/named/{name}", word),
                ada.request().header(KEY, any).put("/categories/named/{name}", word),
                ada.request().header(KEY, any).get("/authentication"));

        answers.forEach(answer -> answer.then().header(REPLAYED, nullValue()));
        assertEquals(
                List.of(200, 200, 201, 200, 200),
                answers.stream().map(Response::statusCode).toList());
        assertNotEquals(
                answers.get(0).<String>path("refreshToken"), answers.get(1).<String>path("refreshToken"));
    }

    private static Account grace() {
        if (grace == null) {
            grace = Account.register();
            roles(grace, "user", "admin");
            grace.renew();
        }
        return grace;
    }

    private static void roles(Account account, String... roles) {
        Account.admin()
                .request("[\"" + String.join("\", \"", roles) + "\"]")
                .put("/users/{id}/roles", account.id())
                .then()
                .statusCode(200);
    }

    private static void assertCreated(Response answer) {
        answer.then().statusCode(201).header(REPLAYED, nullValue());
    }

    private static void assertReused(Response answer) {
        answer.then()
                .spec(problem(422))
                .body("type", equalTo("urn:quire:problem:key-reused"))
                .body("errors[0].header", equalTo(KEY));
    }

    private static void assertReplayed(Response first, Response again) {
        assertEquals(201, first.statusCode(), first::asString);
        again.then().statusCode(201).header(REPLAYED, equalTo("true"));
        assertArrayEquals(first.asByteArray(), again.asByteArray());
        for (String header : List.of("Location", "ETag", "Content-Type")) {
            assertEquals(first.header(header), again.header(header));
        }
    }
}
