package dev.quire.auth;

import static dev.quire.environment.Refusal.problem;
import static dev.quire.environment.Refusal.withoutTrace;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Mailbox;
import dev.quire.environment.Mailbox.Arrived;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Environment.class)
@QuarkusTestResource(value = Mailbox.class, restrictToAnnotatedClass = true)
class RecoveryMailResourceTest {
    private static final String NEW = "an even more unusual password";

    private Account ada;

    @BeforeEach
    void register() {
        ada = Account.register();
        Mailbox.await(ada.email(), 1);
    }

    @Test
    void unknownEmailIsAnsweredLikeAKnownOne() {
        String unknown = "nobody-" + System.nanoTime() + "@quire.test";
        Response known = Recovery.begin(ada.email(), "en");
        Response other = Recovery.begin(unknown, "en");

        assertEquals(202, known.statusCode());
        assertEquals(202, other.statusCode());
        assertEquals(known.asString(), other.asString());
        assertEquals(headers(known), headers(other));
        Mailbox.awaitSent();
        assertEquals(List.of(), Mailbox.of(unknown));

        Response wrong = Recovery.complete(Map.of("email", ada.email(), "code", "AAAAAAAA", "password", NEW));
        Response inVain = Recovery.complete(Map.of("email", unknown, "code", "AAAAAAAA", "password", NEW));
        assertEquals(withoutTrace(wrong.asString()), withoutTrace(inVain.asString()));
        assertEquals(headers(wrong), headers(inVain));
        assertEquals(
                1,
                Database.count("select tries from mail_tokens where subject = ?", unknown),
                "a guess is counted for an unknown email too");
    }

    @Test
    void unknownEmailTakesTheStatementsOfAKnownOne() {
        Recovery.begin(ada.email(), "en");
        Mailbox.awaitSent();

        List<String> unknown = statements("nobody-" + System.nanoTime() + "@quire.test");
        assertEquals(2, unknown.size(), unknown::toString);
        assertEquals(unknown, statements(ada.email()));
    }

    /** Returns the statements of a request alone, without those of the sender. */
    private static List<String> statements(String email) {
        return Database.statementsDuring(() -> Recovery.begin(email, "en")).stream()
                .filter(sql -> sql.startsWith("insert into mails") || sql.startsWith("with gone"))
                .toList();
    }

    @Test
    void repeatedRecoveriesSilentlySendNoMoreMails() {
        for (int i = 0; i < 8; i++) {
            assertEquals(202, Recovery.begin(ada.email(), "en").statusCode());
        }
        Mailbox.awaitSent();

        // One to confirm the email, and five of the eight, unless a newer one has taken the place of one that waited
        int arrived = Mailbox.of(ada.email()).size();
        assertTrue(arrived >= 2 && arrived <= 6, "" + arrived);
        assertEquals(
                8,
                Database.count(
                        "select count from attempts where key = concat('recovery-account ', translate(encode("
                                + "sha256(convert_to(?, 'UTF8')), 'base64'), '+/=', '-_'))",
                        ada.email()));
    }

    @Test
    void attemptsFromOneAddressAreLimited() throws SQLException {
        String here = "2001:db8:25:" + Long.toHexString(System.nanoTime() & 0xffff) + "::1";
        for (var request : Map.of(
                        "recovery", Map.of("email", ada.email()),
                        "recovery/complete", Map.of("token", "x", "password", NEW))
                .entrySet()) {
            String policy = request.getKey().equals("recovery") ? "recovery" : "completion";
            assertTrue(from(here, request.getKey(), request.getValue()).statusCode() != 429);
            Database.execute("update attempts set count = 100000 where key like ?", policy + " 2001:db8:25:%");

            from(here, request.getKey(), request.getValue())
                    .then()
                    .spec(problem(429))
                    .header("RateLimit-Policy", equalTo("\"" + policy + "\";q=100000;w=900"));
            assertTrue(
                    from("2001:db8:26::1", request.getKey(), request.getValue()).statusCode() != 429);
        }
    }

    private static Response from(String address, String path, Map<String, String> body) {
        return given().contentType("application/json")
                .header("X-Forwarded-For", address)
                .body(body)
                .post("/authentication/" + path);
    }

    @Test
    void tokensAndCodesAreNotStored() {
        Arrived mail = Recovery.mail(ada.email());

        String stored = Database.rows(
                        "select t::text from mail_tokens t union all select m::text from mails m union all"
                                + " select a::text from attempts a union all select i::text from idempotency_keys i")
                .stream()
                .map(Object::toString)
                .collect(Collectors.joining("\n"));
        assertTrue(stored.contains(ada.email()), stored);
        assertFalse(stored.contains(mail.token()), stored);
        assertFalse(stored.contains(mail.code()), stored);
    }

    @Test
    void linkIgnoresTheHostOfTheRequest() {
        given().contentType("application/json")
                .header("X-Forwarded-Host", "evil.example")
                .header("Forwarded", "host=evil.example")
                .header("Origin", "https://evil.example")
                .body(Map.of("email", ada.email()))
                .post("/authentication/recovery")
                .then()
                .statusCode(202);

        Arrived mail = Mailbox.await(ada.email(), 2);
        assertTrue(mail.text().contains(Mailbox.RECOVERY + "#" + mail.token()), mail.text());
        assertFalse((mail.text() + mail.html()).contains("evil"));
        assertEquals("Quire <quire@quire.test>", mail.from());
    }

    @Test
    void mailIsInTheLanguageOfTheRequest() {
        var subjects = Map.of(
                "de-AT, en;q=0.5", "Neues Passwort wählen",
                "fr, es;q=0.8", "Elige una contraseña nueva",
                "nn", "Velg et nytt passord",
                "fr", "Choose a new password",
                ";;;", "Choose a new password");
        int count = 1;
        for (var language : subjects.entrySet()) {
            Recovery.begin(ada.email(), language.getKey());
            assertEquals(
                    language.getValue(), Mailbox.await(ada.email(), ++count).subject(), language.getKey());
        }
    }

    @Test
    void nameIsEscapedInHtml() throws SQLException {
        Database.execute("update users set name = '<b>Ada</b> & {code}' where id = ?", ada.id());
        Arrived mail = Recovery.mail(ada.email());

        assertTrue(mail.text().startsWith("Hello <b>Ada</b> & {code},"), mail.text());
        assertTrue(mail.html().contains("Hello &lt;b&gt;Ada&lt;/b&gt; &amp; {code},"), mail.html());
    }

    @Test
    void nameThatWouldBecomeALinkIsLeftOut() throws SQLException {
        Database.execute("update users set name = 'You have won: evil.example' where id = ?", ada.id());
        Arrived mail = Recovery.mail(ada.email());

        assertTrue(mail.text().startsWith("Hello,"), mail.text());
        assertFalse((mail.text() + mail.html()).contains("evil"));
    }

    private static Map<String, String> headers(Response response) {
        var headers = new HashMap<String, String>();
        response.headers().forEach(header -> headers.put(header.getName(), header.getValue()));
        headers.remove("Date");
        headers.remove("date");
        headers.remove("Content-Length");
        headers.remove("content-length");
        return headers;
    }
}
