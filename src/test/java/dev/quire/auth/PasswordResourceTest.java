package dev.quire.auth;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class PasswordResourceTest {
    private static final String LOOK_ALIKES = "4@8({[<369!1|i$5+7%20oazg";

    /** One character that NFKC expands to eighteen. */
    private static final String EXPANDS_TO_18 = "\ufdfa";

    static String[] acceptable() {
        return new String[] {
            "x7#kQp!z",
            "with spaces in it ",
            random(256),
            emojis(8),
            emojis(256),
            EXPANDS_TO_18,
            EXPANDS_TO_18.repeat(14),
        };
    }

    static String[] unacceptable() {
        return new String[] {
            "",
            "x7#kQp!",
            random(257),
            emojis(7),
            emojis(257),
            EXPANDS_TO_18.repeat(15),
            // Two code points each, one after NFKC.
            "e\u0301".repeat(7),
            "x7#kQp!z\u0000",
            "x7#k\nQp!z",
            "x7#k\u0085Qp!z",
            "x7#k\u007fQp!z",
        };
    }

    @ParameterizedTest
    @MethodSource("acceptable")
    void passwordOf8To256CharactersIsAccepted(String password) {
        String email = email();

        assertEquals(201, register(email, password));

        assertEquals(200, logIn(email, password));
        assertEquals(401, logIn(email, password + "x"));
        assertEquals(401, logIn(email, password.substring(0, password.offsetByCodePoints(password.length(), -1))));
    }

    @ParameterizedTest
    @MethodSource("unacceptable")
    void passwordOfWrongLengthOrWithControlCharactersIsRefused(String password) {
        assertRefused(password);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password",
                "PassWord",
                "12345678",
                "password1",
                "qwertyuiop",
                "iloveyou",
                "\uff50assword",
                "00000000",
                "aaaaaaaa",
                "abcdefgh",
                "87654321",
                "123123123",
                "            ",
                "Password1!",
                "p4ssw0rd",
                "drowssap",
                "2026-11-29",
                "passwordpassword",
                "Augusta.King",
                "augusta.king1852",
                "Augusta King",
                "gnikatsugua",
                "augusta.king@lovelace.test",
                "lovelace.test1"
            })
    void guessablePasswordIsRefused(String password) {
        assertRefused(password);
        assertEquals(List.of("is too easy to guess"), refusals(password));
    }

    /** Repeating a guessable part does not make a password stronger; a password with a guessable part may be strong. */
    @Test
    void guessablePasswordIsRefusedAtAnyLength() {
        for (String part : List.of("a", "aB3$", "password", "augusta.king")) {
            assertRefused(part.repeat(256 / part.length()));
        }
        for (String good : List.of("a".repeat(24) + random(8), random(8) + "12345678901234567890")) {
            assertEquals(201, register(email(), good));
        }
    }

    /** The estimator alone would take many seconds for each. */
    @ParameterizedTest
    @ValueSource(ints = {24, 64, 128, 256})
    void longPasswordsOfLookAlikesAreCheckedQuickly(int length) {
        var random = new Random(length);
        for (int i = 0; i < 5; i++) {
            String password = random.ints(length, 0, LOOK_ALIKES.length())
                    .mapToObj(at -> LOOK_ALIKES.substring(at, at + 1))
                    .collect(Collectors.joining());
            assertTrue(List.of(201, 422).contains(register(email(), password)), password);
        }
    }

    @Test
    void halfASurrogatePairIsRefused() {
        given().contentType("application/json")
                .body("{\"email\": \"%s\", \"name\": \"Half\", \"password\": \"x7#kQp!z\\ud83d\"}".formatted(email()))
                .post("/authentication/register")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/password"));
    }

    @Test
    void passwordsAreComparedAfterNormalization() {
        String email = email();
        assertEquals(201, register(email, "\u00e9t\u00e9 \u00e0 Paris \ufb01n"));

        assertEquals(200, logIn(email, "e\u0301te\u0301 a\u0300 Paris fin"));
        assertEquals(200, logIn(email, "\u00e9t\u00e9 \u00e0 \uff30aris fin"));
        assertEquals(401, logIn(email, "ete a Paris fin"));
        assertEquals(401, logIn(email, "\u00e9t\u00e9 \u00e0 paris fin"));
    }

    @Test
    void bytesBeyondThe72ndAreCompared() {
        String email = email();
        String start = random(72);
        assertEquals(201, register(email, start + "a"));

        assertEquals(200, logIn(email, start + "a"));
        assertEquals(401, logIn(email, start + "b"));
        assertEquals(401, logIn(email, start));
    }

    @Test
    void passwordsOfDifferentEmojisDiffer() {
        String email = email();
        String emojis = emojis(8);
        assertEquals(201, register(email, emojis));

        assertEquals(401, logIn(email, emojis.replace(emojis.substring(0, 2), "\ud83d\ude7f")));
        assertEquals(401, logIn(email, "?".repeat(8)));
        assertEquals(401, logIn(email, "?".repeat(16)));
    }

    /** Returns a password of this length, the same each time. */
    private static String random(int length) {
        return new Random(7)
                .ints(length, '!', '~')
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    private static String emojis(int length) {
        return new Random(7)
                .ints(length, 0x1f600, 0x1f64f)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    private static List<String> refusals(String password) {
        return answer(email(), password).jsonPath().getList("errors.detail");
    }

    private static Response answer(String email, String password) {
        return given().contentType("application/json; charset=utf-8")
                .body(Map.of("email", email, "name", "Augusta King", "password", password))
                .post("/authentication/register");
    }

    private static void assertRefused(String password) {
        String email = email();
        var answer = answer(email, password).then().statusCode(422).body("errors.pointer", contains("/password"));
        if (!password.isEmpty()) {
            answer.body(not(containsString("\"" + password + "\"")));
        }
        assertEquals(0, Database.count("select count(*) from users where email = ?", email));
    }

    private static int register(String email, String password) {
        return answer(email, password).statusCode();
    }

    private static int logIn(String email, String password) {
        return given().contentType("application/json; charset=utf-8")
                .body(Map.of("email", email, "password", password))
                .post("/authentication/log-in")
                .statusCode();
    }

    private static String email() {
        return "augusta.king+" + System.nanoTime() + "@lovelace.test";
    }
}
