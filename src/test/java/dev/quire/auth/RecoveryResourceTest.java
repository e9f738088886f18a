package dev.quire.auth;

import static dev.quire.environment.Refusal.problem;
import static dev.quire.environment.Refusal.withoutTrace;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Mailbox;
import dev.quire.environment.Mailbox.Arrived;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Environment.class)
@QuarkusTestResource(value = Mailbox.class, restrictToAnnotatedClass = true)
class RecoveryResourceTest {
    private static final String NEW = "an even more unusual password";

    private Account ada;

    @BeforeEach
    void register() {
        ada = Account.register();
        Mailbox.await(ada.email(), 1);
    }

    @Test
    void whoeverReadsTheMailsOfAUserCanChooseANewPassword() {
        Response before = logIn(Account.PASSWORD);

        complete(Map.of("token", recovery().token(), "password", NEW)).then().statusCode(204);

        assertEquals(401, logIn(Account.PASSWORD).statusCode());
        assertEquals(200, logIn(NEW).statusCode());
        assertEquals(401, refresh(before).statusCode());
    }

    @Test
    void aCodeIsAsGoodAsTheLinkHoweverItIsTyped() {
        String code = recovery().code();
        String typed = code.substring(0, 4).toLowerCase() + " - " + code.substring(4);

        complete(Map.of("email", ada.email().toUpperCase(), "code", typed, "password", NEW))
                .then()
                .statusCode(204);

        assertEquals(200, logIn(NEW).statusCode());
    }

    @Test
    void noTokenOfBeforeOutlivesARecovery() {
        String token = logIn(Account.PASSWORD).path("accessToken");
        given().auth().oauth2(token).get("/authentication").then().statusCode(200);

        complete(Map.of("token", recovery().token(), "password", NEW)).then().statusCode(204);

        given().auth().oauth2(token).get("/authentication").then().spec(problem(401));
        String later = logIn(NEW).path("accessToken");
        given().auth().oauth2(later).get("/authentication").then().statusCode(200);
    }

    @Test
    void theOwnerIsToldAndTheEmailIsConfirmedByThat() {
        complete(Map.of("token", recovery().token(), "password", NEW)).then().statusCode(204);

        Arrived notice = Mailbox.await(ada.email(), 3);
        assertEquals("Your password was changed", notice.subject());
        assertTrue(notice.text().contains(Mailbox.RECOVERY + "\n"), notice.text());
        assertEquals(1, Database.count("select count(*) from users where id = ? and email_confirmed", ada.id()));
    }

    @Test
    void aTokenIsGoodOnceAndTheNewestReplacesThoseBeforeIt() {
        Arrived first = recovery();
        begin(ada.email(), "en");
        Arrived second = Mailbox.await(ada.email(), 3);

        assertRefused(Map.of("token", first.token(), "password", NEW), "/token");
        assertRefused(Map.of("email", ada.email(), "code", first.code(), "password", NEW), "/code");
        complete(Map.of("token", second.token(), "password", NEW)).then().statusCode(204);
        assertRefused(Map.of("token", second.token(), "password", NEW), "/token");
        assertRefused(Map.of("email", ada.email(), "code", second.code(), "password", NEW), "/code");
    }

    @Test
    void aTokenIsGoodForHalfAnHour() throws SQLException {
        Arrived mail = recovery();
        assertEquals(
                1,
                Database.count(
                        "select count(*) from mail_tokens where user_id = ? and purpose = 'RECOVERY'"
                                + " and expires_at between now() + interval '29 minutes' and now() + interval '30 minutes'",
                        ada.id()));
        Database.execute("update mail_tokens set expires_at = now() where user_id = ?", ada.id());

        assertRefused(Map.of("token", mail.token(), "password", NEW), "/token");
        assertRefused(Map.of("email", ada.email(), "code", mail.code(), "password", NEW), "/code");
    }

    @Test
    void aCodeIsGoodForFiveTries() {
        String code = recovery().code();
        for (int i = 0; i < 5; i++) {
            assertRefused(Map.of("email", ada.email(), "code", "AAAAAAA" + (i + 2), "password", NEW), "/code");
        }

        assertRefused(Map.of("email", ada.email(), "code", code, "password", NEW), "/code");
    }

    @Test
    void aPasswordThatIsRefusedDoesNotUseATokenUp() {
        String token = recovery().token();

        complete(Map.of("token", token, "password", ada.name() + ada.email()))
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains("/password"));
        complete(Map.of("token", token, "password", NEW)).then().statusCode(204);
    }

    @Test
    void lookingUsesNothingUp() {
        String token = recovery().token();

        for (String method : List.of("GET", "HEAD")) {
            given().queryParam("token", token).request(method, "/authentication/recovery/complete");
            given().request(method, "/authentication/recovery");
        }

        complete(Map.of("token", token, "password", NEW)).then().statusCode(204);
    }

    @Test
    void ofTwoCompletionsAtOnceOneWins() {
        String token = recovery().token();
        List<Integer> answers = Race.run(
                2,
                number -> complete(Map.of("token", token, "password", NEW + number))
                        .statusCode());

        assertEquals(List.of(204, 422), answers.stream().sorted().toList());
        boolean first = answers.get(0) == 204;
        assertEquals(first ? 200 : 401, logIn(NEW + 0).statusCode());
        assertEquals(first ? 401 : 200, logIn(NEW + 1).statusCode());
    }

    @Test
    void noLogInWithTheOldPasswordOutlivesARecoveryAndNoChangeUndoesIt() {
        String token = recovery().token();
        Callable<Integer> recovery =
                () -> complete(Map.of("token", token, "password", NEW)).statusCode();
        Callable<Integer> change = () -> ada.request(
                        "{\"current\": \"%s\", \"new\": \"%s\"}".formatted(Account.PASSWORD, "quite another one"))
                .put("/users/{id}/password", ada.id())
                .statusCode();
        Callable<Integer> logIn = () -> logIn(Account.PASSWORD).statusCode();

        List<Integer> answers = Race.run(List.of(recovery, change, logIn, logIn));

        assertEquals(204, answers.get(0));
        // The token of the one that changes it may be dead by then.
        assertTrue(Set.of(204, 401, 422).contains(answers.get(1)), answers::toString);
        assertEquals(0, Database.count("select count(*) from sessions where user_id = ?", ada.id()));
        assertEquals(200, logIn(NEW).statusCode());
    }

    @Test
    void ofARecoveryAndADeletionTheDeletionIsLast() {
        String token = recovery().token();
        Callable<Integer> recovery =
                () -> complete(Map.of("token", token, "password", NEW)).statusCode();
        Callable<Integer> deletion =
                () -> Account.admin().request().delete("/users/{id}", ada.id()).statusCode();

        List<Integer> answers = Race.run(List.of(recovery, deletion));

        assertTrue(Set.of(204, 422).contains(answers.get(0)), answers::toString);
        assertEquals(204, answers.get(1));
        assertEquals(0, Database.count("select count(*) from users where id = ?", ada.id()));
        assertEquals(0, Database.count("select count(*) from mail_tokens where user_id = ?", ada.id()));
    }

    @Test
    void knownAndUnknownEmailsAreAnsweredAlike() {
        String unknown = "nobody-" + System.nanoTime() + "@quire.test";
        Response known = begin(ada.email(), "en");
        Response other = begin(unknown, "en");

        assertEquals(202, known.statusCode());
        assertEquals(202, other.statusCode());
        assertEquals(known.asString(), other.asString());
        assertEquals(headers(known), headers(other));
        Mailbox.awaitSent();
        assertEquals(List.of(), Mailbox.of(unknown));

        Response wrong = complete(Map.of("email", ada.email(), "code", "AAAAAAAA", "password", NEW));
        Response inVain = complete(Map.of("email", unknown, "code", "AAAAAAAA", "password", NEW));
        assertEquals(withoutTrace(wrong.asString()), withoutTrace(inVain.asString()));
        assertEquals(headers(wrong), headers(inVain));
        assertEquals(
                1,
                Database.count("select tries from mail_tokens where subject = ?", unknown),
                "a guess is counted for an unknown email too");
    }

    @Test
    void theStatementsForKnownAndUnknownEmailsAreTheSame() {
        begin(ada.email(), "en");
        Mailbox.awaitSent();

        assertEquals(
                Database.statementsDuring(() -> begin("nobody-" + System.nanoTime() + "@quire.test", "en")).stream()
                        .filter(sql -> sql.startsWith("insert") || sql.startsWith("with gone"))
                        .toList(),
                Database.statementsDuring(() -> begin(ada.email(), "en")).stream()
                        .filter(sql -> sql.startsWith("insert") || sql.startsWith("with gone"))
                        .toList());
    }

    @Test
    void nobodyIsFloodedAndNobodyIsTold() {
        for (int i = 0; i < 8; i++) {
            assertEquals(202, begin(ada.email(), "en").statusCode());
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
    void oneAddressMayBeginAndCompleteSoManyOnly() throws SQLException {
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
    void nothingThatCanBeUsedIsStored() {
        Arrived mail = recovery();

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
    void theLinkIsTheConfiguredOneWhateverTheRequestSays() {
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
    void aMailIsInTheLanguageOfTheRequest() {
        var subjects = Map.of(
                "de-AT, en;q=0.5", "Neues Passwort wählen",
                "fr, es;q=0.8", "Elige una contraseña nueva",
                "nn", "Velg et nytt passord",
                "fr", "Choose a new password",
                ";;;", "Choose a new password");
        int count = 1;
        for (var language : subjects.entrySet()) {
            begin(ada.email(), language.getKey());
            assertEquals(
                    language.getValue(), Mailbox.await(ada.email(), ++count).subject(), language.getKey());
        }
    }

    @Test
    void ofWhatUsersEnterThereIsTheNameAloneAndItIsText() throws SQLException {
        Database.execute("update users set name = '<b>Ada</b> & {code}' where id = ?", ada.id());
        Arrived mail = recovery();

        assertTrue(mail.text().startsWith("Hello <b>Ada</b> & {code},"), mail.text());
        assertTrue(mail.html().contains("Hello &lt;b&gt;Ada&lt;/b&gt; &amp; {code},"), mail.html());
    }

    @Test
    void aNameThatWouldBecomeALinkIsLeftOut() throws SQLException {
        Database.execute("update users set name = 'You have won: evil.example' where id = ?", ada.id());
        Arrived mail = recovery();

        assertTrue(mail.text().startsWith("Hello,"), mail.text());
        assertFalse((mail.text() + mail.html()).contains("evil"));
    }

    @Test
    void anAdminCanBeginTheRecoveryOfAUser() {
        Account.admin().request().post("/users/{id}/recovery", ada.id()).then().statusCode(202);
        complete(Map.of("token", Mailbox.await(ada.email(), 2).token(), "password", NEW))
                .then()
                .statusCode(204);

        Account.admin()
                .request()
                .post("/users/{id}/recovery", Long.MAX_VALUE)
                .then()
                .spec(problem(404));
        Account.register()
                .request()
                .post("/users/{id}/recovery", ada.id())
                .then()
                .spec(problem(403));
    }

    @Test
    void aUserWithoutAPasswordIsInvited() {
        String email = "invited-" + System.nanoTime() + "@quire.test";
        Account.admin()
                .request("{\"email\": \"%s\", \"name\": \"Emmy\"}".formatted(email))
                .post("/users")
                .then()
                .statusCode(201);

        Arrived mail = Mailbox.await(email, 1);
        assertEquals("Your new account", mail.subject());
        complete(Map.of("token", mail.token(), "password", NEW)).then().statusCode(204);
        assertNotEquals(null, Account.logIn(email, NEW));
    }

    @Test
    void whatIsNeitherATokenNorACodeIsRefused() {
        for (Map<String, String> body : List.of(
                Map.of("password", NEW),
                Map.of("password", NEW, "email", ada.email()),
                Map.of("password", NEW, "code", "AAAAAAAA"),
                Map.of("password", NEW, "token", "x", "email", ada.email(), "code", "AAAAAAAA"))) {
            complete(body).then().spec(problem(422)).body("errors.pointer", contains(""));
        }
        assertRefused(Map.of("token", "x", "password", NEW), "/token");
    }

    private Arrived recovery() {
        int before = Mailbox.of(ada.email()).size();
        begin(ada.email(), "en").then().statusCode(202);
        return Mailbox.await(ada.email(), before + 1);
    }

    private static Response begin(String email, String language) {
        return given().contentType("application/json")
                .header("Accept-Language", language)
                .body(Map.of("email", email))
                .post("/authentication/recovery");
    }

    private static Response complete(Map<String, String> body) {
        return given().contentType("application/json").body(body).post("/authentication/recovery/complete");
    }

    private static void assertRefused(Map<String, String> body, String pointer) {
        complete(body).then().spec(problem(422)).body("errors.pointer", contains(pointer));
    }

    private Response logIn(String password) {
        return given().contentType("application/json")
                .body(Map.of("email", ada.email(), "password", password))
                .post("/authentication/log-in");
    }

    private static Response refresh(Response tokens) {
        return given().contentType("application/json")
                .body(Map.of("refreshToken", tokens.path("refreshToken")))
                .post("/authentication/refresh");
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
