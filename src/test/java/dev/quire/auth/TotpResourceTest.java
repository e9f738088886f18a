package dev.quire.auth;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Authenticator;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class TotpResourceTest {
    private static final String KIND = "urn:quire:problem:second-factor-required";

    private Account ada;

    @BeforeEach
    void register() {
        ada = Account.register();
    }

    @Test
    void logInNeedsACodeOnceConfirmed() throws SQLException {
        Authenticator app = set();
        assertEquals(200, logIn(null).statusCode(), "nothing is switched on yet");

        confirm(app.code()).then().statusCode(200);

        logIn(null).then().spec(problem(401)).body("type", equalTo(KIND));
        logIn("000000").then().spec(problem(401)).body("type", equalTo(KIND));
        forget();
        assertEquals(200, logIn(app.code()).statusCode());
    }

    @Test
    void secretIsReadByAuthenticatorApps() {
        Response answer = ada.request().post("/authentication/totp");

        answer.then()
                .statusCode(200)
                .header("Cache-Control", equalTo("no-store"))
                .body(
                        "uri",
                        equalTo("otpauth://totp/Quire:" + ada.email().replace("@", "%40") + "?secret="
                                + answer.path("secret") + "&issuer=Quire&algorithm=SHA1&digits=6&period=30"));
    }

    @Test
    void codeIsGoodOnce() throws SQLException {
        Authenticator app = on();
        forget();
        String code = app.code();

        assertEquals(200, logIn(code).statusCode());
        logIn(code).then().spec(problem(401)).body("type", equalTo(KIND));
    }

    @Test
    void oneOfTwoConcurrentLogInsWithACodeWins() throws SQLException {
        Authenticator app = on();
        forget();
        String code = app.code();

        List<Integer> answers = Race.run(2, number -> logIn(code).statusCode());

        assertEquals(List.of(200, 401), answers.stream().sorted().toList());
    }

    @Test
    void recoveryCodeReplacesACodeOnce() {
        Authenticator app = set();
        List<String> codes = confirm(app.code()).jsonPath().getList("recoveryCodes");

        assertEquals(10, codes.stream().distinct().count());
        assertEquals(200, logIn(codes.get(3).toLowerCase().replace("-", " ")).statusCode());
        logIn(codes.get(3)).then().spec(problem(401)).body("type", equalTo(KIND));
        assertEquals(200, logIn(codes.get(4)).statusCode());
    }

    @Test
    void wrongPasswordIsRefusedLikeAnyOther() {
        on();

        logIn("a wrong password", "000000").then().spec(problem(401)).body("type", equalTo("about:blank"));
        logIn("a wrong password", null).then().spec(problem(401)).body("type", equalTo("about:blank"));
    }

    @Test
    void guessesAreLimited() {
        on();
        for (int i = 0; i < 10; i++) {
            logIn("00000" + i).then().spec(problem(401));
        }

        logIn("000000").then().spec(problem(429));
        assertEquals(401, logIn(null).statusCode());
    }

    @Test
    void removalNeedsACode() throws SQLException {
        Authenticator app = on();
        delete("000000").then().spec(problem(422)).body("errors.pointer", contains("/code"));
        forget();
        given().auth()
                .oauth2(ada.token())
                .contentType("application/json")
                .body(Map.of("code", app.code()))
                .delete("/authentication/totp?dryRun=true")
                .then()
                .statusCode(200)
                .body("deleted.relation", contains("totp"));
        forget();
        delete(app.code()).then().statusCode(204);

        assertEquals(200, logIn(null).statusCode());
        assertEquals(0, Database.count("select count(*) from totp_recovery_codes where user_id = ?", ada.id()));
        delete(app.code()).then().spec(problem(404));
    }

    @Test
    void confirmedSecretIsNotReplaced() {
        Authenticator app = on();

        ada.request().post("/authentication/totp").then().spec(problem(409));
        confirm(app.code()).then().spec(problem(422));
    }

    @Test
    void unconfirmedSecretIsReplaced() {
        Authenticator first = set();
        Authenticator second = set();

        confirm(first.code()).then().spec(problem(422)).body("errors.pointer", contains("/code"));
        confirm(second.code()).then().statusCode(200);
    }

    @Test
    void secretsAndRecoveryCodesAreNotStoredInPlain() {
        Response answer = ada.request().post("/authentication/totp");
        var app = new Authenticator(answer.path("secret"));
        List<String> codes = confirm(app.code()).jsonPath().getList("recoveryCodes");

        String stored = Database.rows(
                        "select encode(secret, 'hex') from totps where user_id = ?"
                                + " union all select code_hash from totp_recovery_codes where user_id = ?",
                        ada.id(),
                        ada.id())
                .toString();
        assertEquals(11, stored.split(",").length);
        assertFalse(stored.contains(HexFormat.of().formatHex(app.secret())));
        codes.forEach(code -> assertFalse(stored.contains(code.replace("-", ""))));
    }

    private Authenticator set() {
        return new Authenticator(ada.request()
                .post("/authentication/totp")
                .then()
                .statusCode(200)
                .extract()
                .path("secret"));
    }

    private Authenticator on() {
        Authenticator app = set();
        confirm(app.code()).then().statusCode(200);
        return app;
    }

    /** Lets the code of the current step be used once more. */
    private void forget() throws SQLException {
        assertTrue(Database.execute("update totps set last_step = 0 where user_id = ?", ada.id()) == 1);
    }

    private Response confirm(String code) {
        return ada.request("{\"code\": \"" + code + "\"}").post("/authentication/totp/confirm");
    }

    private Response delete(String code) {
        return ada.request("{\"code\": \"" + code + "\"}").delete("/authentication/totp");
    }

    private Response logIn(String code) {
        return logIn(Account.PASSWORD, code);
    }

    private Response logIn(String password, String code) {
        var body = new HashMap<>(Map.of("email", ada.email(), "password", password));
        if (code != null) {
            body.put("code", code);
        }
        return given().contentType("application/json").body(body).post("/authentication/log-in");
    }
}
