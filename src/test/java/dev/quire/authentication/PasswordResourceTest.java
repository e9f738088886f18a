package dev.quire.authentication;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class PasswordResourceTest {
    private static final String EMOJI = "\ud83d\ude00";
    /** One character that NFKC makes eighteen of. */
    private static final String EIGHTEEN = "\ufdfa";

    static String[] acceptable() {
        return new String[] {
            "x7#kQp!z",
            "with spaces in it ",
            "x7#".repeat(85) + "y",
            EMOJI.repeat(8),
            EMOJI.repeat(256),
            EIGHTEEN,
            EIGHTEEN.repeat(14),
        };
    }

    static String[] unacceptable() {
        return new String[] {
            "",
            "x7#kQp!",
            "x7#".repeat(85) + "yz",
            EMOJI.repeat(7),
            EMOJI.repeat(257),
            EIGHTEEN.repeat(15),
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
    void whatHas8To256CharactersIsAPassword(String password) {
        String email = email();

        assertEquals(201, register(email, password));

        assertEquals(200, logIn(email, password));
        assertEquals(401, logIn(email, password + "x"));
        assertEquals(401, logIn(email, password.substring(0, password.offsetByCodePoints(password.length(), -1))));
    }

    @ParameterizedTest
    @MethodSource("unacceptable")
    void whatIsTooShortTooLongOrHasControlCharactersIsRefused(String password) {
        assertRefused(password);
    }

    @ParameterizedTest
    @ValueSource(strings = {"password", "PassWord", "12345678", "password1", "qwertyuiop", "iloveyou", "\uff50assword"})
    void theCommonestPasswordsAreRefusedInWhateverSpelling(String password) {
        assertRefused(password);
    }

    @Test
    void halfACharacterIsRefused() {
        given().contentType("application/json")
                .body("{\"email\": \"%s\", \"name\": \"Half\", \"password\": \"x7#kQp!z\\ud83d\"}".formatted(email()))
                .post("/authentication/register")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/password"));
    }

    @Test
    void whatLooksTheSameLogsIn() {
        String email = email();
        assertEquals(201, register(email, "\u00e9t\u00e9 \u00e0 Paris \ufb01n"));

        assertEquals(200, logIn(email, "e\u0301te\u0301 a\u0300 Paris fin"));
        assertEquals(200, logIn(email, "\u00e9t\u00e9 \u00e0 \uff30aris fin"));
        assertEquals(401, logIn(email, "ete a Paris fin"));
        assertEquals(401, logIn(email, "\u00e9t\u00e9 \u00e0 paris fin"));
    }

    @Test
    void bytesBeyondThe72ndCount() {
        String email = email();
        String start = "x7#".repeat(24);
        assertEquals(201, register(email, start + "a"));

        assertEquals(200, logIn(email, start + "a"));
        assertEquals(401, logIn(email, start + "b"));
        assertEquals(401, logIn(email, start));
    }

    @Test
    void anEmojiIsNotAsGoodAsAnother() {
        String email = email();
        assertEquals(201, register(email, EMOJI.repeat(8)));

        assertEquals(401, logIn(email, "\ud83d\ude01".repeat(8)));
        assertEquals(401, logIn(email, "?".repeat(8)));
        assertEquals(401, logIn(email, "?".repeat(16)));
    }

    private static void assertRefused(String password) {
        String email = email();
        var answer = given().contentType("application/json; charset=utf-8")
                .body(Map.of("email", email, "name", "Grace", "password", password))
                .post("/authentication/register")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/password"));
        if (!password.isEmpty()) {
            answer.body(not(containsString("\"" + password + "\"")));
        }
        assertEquals(0, Database.count("select count(*) from users where email = ?", email));
    }

    private static int register(String email, String password) {
        return given().contentType("application/json; charset=utf-8")
                .body(Map.of("email", email, "name", "Grace", "password", password))
                .post("/authentication/register")
                .statusCode();
    }

    private static int logIn(String email, String password) {
        return given().contentType("application/json; charset=utf-8")
                .body(Map.of("email", email, "password", password))
                .post("/authentication/log-in")
                .statusCode();
    }

    private static String email() {
        return "password-" + System.nanoTime() + "@quire.test";
    }
}
