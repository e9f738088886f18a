package dev.quire.auth;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import dev.quire.environment.ServiceLog;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class RefreshResourceTest {
    private static final String PHONE = "Quire/1.0 (phone)";
    private static final String OTHER = "Quire/1.0 (widget)";

    private Account ada;
    private String first;

    @BeforeEach
    void logIn() {
        ServiceLog.expect("refresh-token-reused");
        ada = Account.register();
        first = logIn(PHONE).path("refreshToken");
    }

    @Test
    void refreshReturnsNewTokens() {
        Response answer = refresh(first, PHONE);

        answer.then()
                .statusCode(200)
                .header("Cache-Control", containsString("no-store"))
                .body("keySet()", containsInAnyOrder("accessToken", "tokenType", "expiresIn", "refreshToken", "user"))
                .body("user.id", equalTo((int) ada.id()))
                .body("refreshToken", not(equalTo(first)));
        assertEquals(200, self(answer.path("accessToken")));
        assertEquals(200, refresh(answer.path("refreshToken"), PHONE).statusCode());
    }

    @Test
    void aTokenHas256RandomBitsAndNoneOfThemIsStored() {
        byte[] token = Base64.getUrlDecoder().decode(first);
        byte[] another = Base64.getUrlDecoder().decode(logIn(PHONE).<String>path("refreshToken"));
        String secret = hex(Arrays.copyOfRange(token, 8, 40));

        assertEquals(56, token.length);
        assertNotEquals(secret, hex(Arrays.copyOfRange(another, 8, 40)));
        String row = Database.rows("select row_to_json(s)::text from sessions s where id = ?", session(first))
                .toString();
        assertTrue(row.contains("current_hash"), row);
        assertEquals(-1, row.indexOf(secret), row);
        assertEquals(
                1,
                Database.count(
                        "select count(*) from sessions where id = ? and encode(current_hash, 'hex') ="
                                + " encode(sha256(decode(?, 'hex')), 'hex')",
                        session(first),
                        secret));
    }

    @Test
    void refreshIsRepeatableUntilItsSuccessorIsUsed() throws Exception {
        String second = refresh(first, PHONE).path("refreshToken");
        elapse(59);

        for (String device : List.of(PHONE, OTHER)) {
            Response repeated = refresh(first, device);

            assertEquals(200, repeated.statusCode());
            assertEquals(second, repeated.path("refreshToken"));
            assertEquals(200, self(repeated.path("accessToken")));
        }
        assertEquals(200, refresh(second, PHONE).statusCode());
    }

    @Test
    void lateReuseOfARefreshTokenEndsTheSession() throws Exception {
        String second = refresh(first, PHONE).path("refreshToken");
        elapse(61);

        refresh(first, PHONE).then().spec(problem(401)).header("WWW-Authenticate", equalTo("Bearer"));

        assertEnded(second);
    }

    /**
     * The client loses every other response, repeats within the grace period, and sometimes sends two refreshes at
     * once.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anHonestDeviceIsNeverLoggedOut(long seed) throws Exception {
        var random = new Random(seed);
        String held = first;
        for (int i = 0; i < 30; i++) {
            String sent = held;
            List<Response> answers = random.nextInt(4) > 0
                    ? List.of(refresh(sent, PHONE))
                    : Race.run(3, number -> refresh(sent, number == 0 ? PHONE : OTHER));
            for (Response answer : answers) {
                assertEquals(200, answer.statusCode(), () -> "after a seed of " + seed);
            }
            if (random.nextBoolean()) {
                held = answers.get(0).path("refreshToken");
                elapse(random.nextInt(1000));
            } else {
                // The response was lost. All waiting until one arrives takes less than a minute.
                elapse(random.nextInt(5));
            }
        }
    }

    /** Both refresh now and then, until one of them refreshes alone, and then the other. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aThiefNeverKeepsASessionThatTheOwnerUses(long seed) throws Exception {
        var random = new Random(seed);
        String owners = refresh(first, PHONE).path("refreshToken");
        String thiefs = owners;
        for (int together = random.nextInt(4); together > 0; together--) {
            boolean ownerFirst = random.nextBoolean();
            String one = refresh(owners, ownerFirst ? PHONE : OTHER).path("refreshToken");
            String two = refresh(thiefs, ownerFirst ? OTHER : PHONE).path("refreshToken");
            assertEquals(one, two);
            owners = one;
            thiefs = two;
            elapse(61 + random.nextInt(1000));
        }
        boolean thiefFirst = random.nextBoolean();
        String alone = thiefFirst ? thiefs : owners;
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            alone = refresh(alone, thiefFirst ? OTHER : PHONE).path("refreshToken");
            elapse(61 + random.nextInt(1000));
        }

        assertEquals(401, refresh(thiefFirst ? owners : thiefs, PHONE).statusCode());

        assertEnded(alone);
    }

    @Test
    void anOlderTokenEndsTheSessionAtOnce() {
        String second = refresh(first, PHONE).path("refreshToken");
        String third = refresh(second, PHONE).path("refreshToken");

        assertEquals(401, refresh(first, PHONE).statusCode());

        assertEnded(third);
    }

    @Test
    void endingASessionKeepsTheOtherSessionsOfTheUser() {
        String other = logIn(PHONE).path("refreshToken");
        refresh(refresh(first, PHONE).path("refreshToken"), PHONE);

        assertEquals(401, refresh(first, PHONE).statusCode());

        assertEquals(200, refresh(other, PHONE).statusCode());
    }

    @Test
    void concurrentRefreshesOfOneTokenLeaveOneSuccessor() {
        List<Response> answers = Race.run(50, number -> refresh(first, "device " + number));

        assertEquals(Set.of(200), answers.stream().map(Response::statusCode).collect(Collectors.toSet()));
        Set<String> successors = answers.stream()
                .map(answer -> answer.<String>path("refreshToken"))
                .collect(Collectors.toSet());
        assertEquals(1, successors.size());
        assertEquals(200, refresh(successors.iterator().next(), PHONE).statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "AAAA", "a.b.c", "e30.e30.e30", "\\u0000", "\\ud83d"})
    void malformedRefreshTokenIsRefused(String text) {
        given().contentType("application/json")
                .body("{\"refreshToken\": \"%s\"}".formatted(text))
                .post("/authentication/refresh")
                .then()
                .spec(problem(401));
    }

    @Test
    void guessedTokenOfAKnownSessionIsRefusedWithoutEndingIt() {
        byte[] attempt = Base64.getUrlDecoder().decode(first);
        for (int place : new int[] {8, 39, 40, 55}) {
            byte[] other = attempt.clone();
            other[place] ^= 1;

            assertEquals(401, refresh(encode(other), PHONE).statusCode());
        }
        byte[] nobodys = ByteBuffer.allocate(56).putLong(Long.MAX_VALUE).array();
        assertEquals(401, refresh(encode(nobodys), PHONE).statusCode());
        assertEquals(401, refresh(encode(new byte[56]), PHONE).statusCode());

        assertEquals(200, refresh(first, PHONE).statusCode());
    }

    @Test
    void accessAndRefreshTokensAreNotInterchangeable() {
        assertEquals(401, refresh(ada.token(), PHONE).statusCode());
        given().auth()
                .oauth2(first)
                .get("/authentication")
                .then()
                .spec(problem(401))
                .header("WWW-Authenticate", equalTo("Bearer error=\"invalid_token\""));

        assertEquals(200, refresh(first, PHONE).statusCode());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "used_at = now() - interval '30 days 1 second'",
                "created_at = now() - interval '90 days 1 second'"
            })
    void aSessionExpires(String change) throws Exception {
        Database.execute("update sessions set " + change + " where id = ?", session(first));

        assertEquals(401, refresh(first, PHONE).statusCode());

        logIn(PHONE);
        assertEquals(0, Database.count("select count(*) from sessions where id = ?", session(first)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"used_at = now() - interval '29 days'", "created_at = now() - interval '89 days'"})
    void sessionLastsUntilItsExpiry(String change) throws Exception {
        Database.execute("update sessions set " + change + " where id = ?", session(first));

        assertEquals(200, refresh(first, PHONE).statusCode());
    }

    @Test
    void logInDeletesExpiredSessions() throws Exception {
        Database.execute("update sessions set used_at = now() - interval '31 days' where id = ?", session(first));

        logIn(PHONE);

        assertEquals(0, Database.count("select count(*) from sessions where id = ?", session(first)));
    }

    @Test
    void refreshReturnsTheCurrentRoles() throws Exception {
        Database.execute("update users set admin = true where id = ?", ada.id());

        String token = refresh(first, PHONE).path("accessToken");

        given().auth().oauth2(token).get("/users?limit=1").then().statusCode(200);
    }

    @Test
    void deletingAUserEndsTheirSessions() {
        ada.request().delete("/users/{id}", ada.id()).then().statusCode(204);

        assertEquals(401, refresh(first, PHONE).statusCode());
        assertEquals(0, Database.count("select count(*) from sessions where user_id = ?", ada.id()));
    }

    @Test
    void aLogOutEndsTheSession() {
        String second = refresh(first, PHONE).path("refreshToken");

        logOut(second).then().statusCode(204);

        assertEnded(second);
        assertEnded(first);
    }

    @Test
    void logOutAcceptsAnInvalidToken() {
        refresh(first, PHONE);

        logOut(first).then().statusCode(204);
        logOut(first).then().statusCode(204);
        logOut("nonsense").then().statusCode(204);

        assertEquals(0, Database.count("select count(*) from sessions where id = ?", session(first)));
    }

    @Test
    void logOutWithAGuessedTokenEndsNoSession() {
        byte[] attempt = Base64.getUrlDecoder().decode(first);
        attempt[50] ^= 1;

        logOut(encode(attempt)).then().statusCode(204);

        assertEquals(200, refresh(first, PHONE).statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"refresh", "log-out"})
    void missingRefreshTokenIsReported(String path) {
        given().contentType("application/json")
                .body("{}")
                .post("/authentication/" + path)
                .then()
                .spec(problem(422))
                .body("errors[0].pointer", equalTo("/refreshToken"));
    }

    /** Ages the session by this many seconds. */
    private void elapse(int seconds) throws Exception {
        Database.execute(
                "update sessions set refreshed_at = refreshed_at - make_interval(secs => " + seconds + ") where id = ?",
                session(first));
    }

    private Response logIn(String device) {
        return given().contentType("application/json")
                .header("User-Agent", device)
                .body(Map.of("email", ada.email(), "password", Account.PASSWORD))
                .post("/authentication/log-in");
    }

    private static Response refresh(String token, String device) {
        return given().contentType("application/json")
                .header("User-Agent", device)
                .body(Map.of("refreshToken", token))
                .post("/authentication/refresh");
    }

    private static Response logOut(String token) {
        return given().contentType("application/json")
                .body(Map.of("refreshToken", token))
                .post("/authentication/log-out");
    }

    private static void assertEnded(String token) {
        assertEquals(401, refresh(token, PHONE).statusCode());
        assertEquals(0, Database.count("select count(*) from sessions where id = ?", session(token)));
    }

    private static int self(String token) {
        return given().auth().oauth2(token).get("/authentication").statusCode();
    }

    private static long session(String token) {
        return ByteBuffer.wrap(Base64.getUrlDecoder().decode(token)).getLong();
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String hex(byte[] bytes) {
        var text = new StringBuilder();
        for (byte each : bytes) {
            text.append("%02x".formatted(each));
        }
        return text.toString();
    }
}
