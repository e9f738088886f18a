package dev.quire.auth;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits on failed attempts. Each test has addresses of its own, and sends them as a trusted proxy would. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class AttemptThrottleResourceTest {
    private static final int BY_ACCOUNT_AND_ADDRESS = 10;
    private static final int BY_ACCOUNT = 15;
    private static final AtomicInteger ADDRESSES =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(1 << 20));

    private Account ada;
    private String clientAddress;

    @BeforeEach
    void register() {
        ada = Account.register();
        clientAddress = newAddress();
    }

    @Test
    void tooManyFailedLogInsAreThrottled() {
        failLogIns(clientAddress, BY_ACCOUNT_AND_ADDRESS);

        logInWithWrongPassword(clientAddress)
                .then()
                .spec(problem(429))
                .header("Retry-After", matchesPattern("[1-9][0-9]{0,2}"))
                .header("RateLimit-Policy", equalTo("\"log-in\";q=10;w=900"))
                .header("RateLimit", matchesPattern("\"log-in\";r=0;t=[1-9][0-9]{0,2}"));
        // The right password is refused as well, or the status would reveal it.
        logInWithRightPassword(clientAddress).then().spec(problem(429));
    }

    @Test
    void throttledAccountCanLogInFromAnotherAddress() {
        failLogIns(clientAddress, BY_ACCOUNT_AND_ADDRESS + 1);

        logInWithRightPassword(newAddress()).then().statusCode(200);
    }

    @Test
    void throttlingDoesNotAffectOtherAccounts() {
        failLogIns(clientAddress, BY_ACCOUNT_AND_ADDRESS + 1);
        Account grace = Account.register();

        logIn(grace.email(), Account.PASSWORD, clientAddress).then().statusCode(200);
    }

    @Test
    void ownerWhoMistypesCanLogInDuringAnAttack() {
        for (int i = 0; i < BY_ACCOUNT; i++) {
            logInWithWrongPassword(newAddress()).then().statusCode(401);
        }

        logInWithWrongPassword(clientAddress).then().statusCode(401);
        logInWithRightPassword(clientAddress).then().statusCode(200);
    }

    @Test
    void distributedGuessingIsSlowedAndOwnerCanLogIn() throws Exception {
        logInWithRightPassword(clientAddress).then().statusCode(200);
        for (int i = 0; i < BY_ACCOUNT; i++) {
            logInWithWrongPassword(newAddress()).then().statusCode(401);
        }

        var refused = new ConcurrentLinkedQueue<String>();
        List<Integer> guesses = Race.run(40, number -> {
            String from = newAddress();
            int status = logInWithWrongPassword(from).statusCode();
            if (status == 429) {
                refused.add(from);
            }
            return status;
        });

        // One per second, and those that wait for at most 5 s.
        assertTrue(Collections.frequency(guesses, 429) > 20, guesses::toString);
        assertEquals(Set.of(401, 429), Set.copyOf(guesses));
        for (String from : refused) {
            // Attempts that were not made are not counted.
            assertEquals(0, Database.count("select sum(count) from attempts where key like ?", "log-in% " + from));
        }
        // From an address where the user has logged in before there is no queue; elsewhere it is as long as the attack.
        logInWithRightPassword(clientAddress).then().statusCode(200);
        String elsewhere = newAddress();
        for (Response answer = logInWithRightPassword(elsewhere);
                answer.statusCode() != 200;
                answer = logInWithRightPassword(elsewhere)) {
            answer.then().spec(problem(429)).header("Retry-After", "5");
            Thread.sleep(1000);
        }
    }

    @Test
    void addressThatGuessesAtManyAccountsIsThrottled() throws Exception {
        logInWithWrongPassword(clientAddress);
        Database.execute("update attempts set count = 1000 where key = ?", "log-in-address " + clientAddress);

        logIn(Account.register().email(), Account.PASSWORD, clientAddress)
                .then()
                .spec(problem(429))
                .header("RateLimit-Policy", equalTo("\"log-in-address\";q=1000;w=900"));
        logInWithRightPassword(newAddress()).then().statusCode(200);
    }

    @Test
    void unknownEmailIsThrottledLikeAKnownOne() {
        for (int i = 0; i < BY_ACCOUNT_AND_ADDRESS; i++) {
            logIn("x" + ada.email(), "wrong", clientAddress).then().statusCode(401);
        }

        logIn("X" + ada.email(), "wrong", clientAddress).then().spec(problem(429));
    }

    @Test
    void successfulLogInResetsTheCount() {
        failLogIns(clientAddress, BY_ACCOUNT_AND_ADDRESS - 1);
        logInWithRightPassword(clientAddress).then().statusCode(200);

        failLogIns(clientAddress, BY_ACCOUNT_AND_ADDRESS);
        logInWithWrongPassword(clientAddress).then().statusCode(429);
    }

    @Test
    void successfulLogInsAreNotThrottled() {
        for (int i = 0; i < BY_ACCOUNT + 2; i++) {
            logInWithRightPassword(clientAddress).then().statusCode(200);
        }
    }

    @Test
    void concurrentFailuresAreCountedExactly() {
        List<Integer> answers =
                Race.run(50, number -> logInWithWrongPassword(clientAddress).statusCode());

        assertEquals(
                BY_ACCOUNT_AND_ADDRESS,
                answers.stream().filter(status -> status == 401).count());
        assertEquals(
                50 - BY_ACCOUNT_AND_ADDRESS,
                answers.stream().filter(status -> status == 429).count());
    }

    @Test
    void expiredCountStartsAnew() throws Exception {
        failLogIns(clientAddress, BY_ACCOUNT_AND_ADDRESS + 1);
        Database.execute("update attempts set until = now() where key like ?", "log-in% " + clientAddress);

        logInWithRightPassword(clientAddress).then().statusCode(200);
    }

    @Test
    void nextAttemptDeletesExpiredCounts() throws Exception {
        logInWithWrongPassword(clientAddress);
        Database.execute(
                "update attempts set until = now() - interval '1 second' where key like ?",
                "log-in % " + clientAddress);

        logInWithWrongPassword(newAddress());
        logInWithWrongPassword(newAddress());

        assertEquals(0, Database.count("select count(*) from attempts where key like ?", "log-in % " + clientAddress));
    }

    @Test
    void noEmailIsStoredWithTheCounts() {
        logInWithWrongPassword(clientAddress);

        assertEquals(
                0,
                Database.count(
                        "select count(*) from attempts where key ilike ?",
                        "%" + ada.email().split("@")[0] + "%"));
    }

    @Test
    void passwordChangesWithAWrongPasswordAreThrottled() {
        String body = "{\"current\": \"wrong\", \"new\": \"an even more unusual password\"}";
        for (int i = 0; i < BY_ACCOUNT_AND_ADDRESS; i++) {
            ada.request(body).put("/users/{id}/password", ada.id()).then().statusCode(422);
        }

        ada.request(body)
                .put("/users/{id}/password", ada.id())
                .then()
                .spec(problem(429))
                .header("RateLimit-Policy", equalTo("\"password\";q=10;w=900"));
    }

    @Test
    void weakNewPasswordIsNotCounted() {
        String weak = "{\"current\": \"%s\", \"new\": \"password1234\"}".formatted(Account.PASSWORD);
        for (int i = 0; i <= BY_ACCOUNT_AND_ADDRESS; i++) {
            ada.request(weak)
                    .put("/users/{id}/password", ada.id())
                    .then()
                    .statusCode(422)
                    .body("errors[0].pointer", equalTo("/new"));
        }
    }

    @ParameterizedTest
    @CsvSource({"register", "refresh"})
    void registrationAndRefreshAreThrottledByAddress(String path) throws Exception {
        assertTrue(post(path, clientAddress).statusCode() != 429);
        Database.execute("update attempts set count = 100000 where key = ?", path + " " + clientAddress);

        post(path, clientAddress)
                .then()
                .spec(problem(429))
                .header("Retry-After", matchesPattern("[1-9][0-9]{0,2}"))
                .header("RateLimit-Policy", equalTo("\"" + path + "\";q=100000;w=900"));
        assertTrue(post(path, newAddress()).statusCode() != 429);
    }

    @Test
    void ipv6ClientsAreCountedByTheir64BitPrefix() {
        String network = "2001:db8:%x:%x".formatted(ADDRESSES.incrementAndGet() >> 8, ADDRESSES.get() & 0xff);
        for (int i = 0; i < BY_ACCOUNT_AND_ADDRESS; i++) {
            logInWithWrongPassword("[" + network + "::" + i + "]:1234").then().statusCode(401);
        }

        logInWithWrongPassword(network + "::ffff").then().statusCode(429);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "%s                        | %s",
                // A forged entry of the client comes before those that proxies append.
                "198.51.100.7, %s          | %s",
                "198.51.100.7, %s, 10.1.2.3 | %s",
                "unknown, %s               | %s",
                "%s, unknown               | 127.0.0.1",
                "%s, example.org           | 127.0.0.1"
            })
    void clientIsTheLastUntrustedAddressOfTheHeader(String header, String counted) {
        logIn(ada.email(), "wrong", header.formatted(clientAddress));

        assertEquals(
                1,
                Database.count(
                        "select count(*) from attempts where key = concat('log-in ', translate(encode("
                                + "sha256(convert_to(?, 'UTF8')), 'base64'), '+/=', '-_'), ' ', ?)",
                        ada.email(),
                        counted.formatted(clientAddress)));
    }

    @Test
    void unconfiguredForwardingHeaderIsIgnored() {
        given().contentType("application/json")
                .header("Forwarded", "for=" + clientAddress)
                .body(Map.of("email", ada.email(), "password", "wrong"))
                .post("/authentication/log-in");

        assertEquals(0, Database.count("select count(*) from attempts where key like ?", "% " + clientAddress));
    }

    private void failLogIns(String from, int times) {
        for (int i = 0; i < times; i++) {
            logInWithWrongPassword(from);
        }
    }

    private Response logInWithWrongPassword(String from) {
        return logIn(ada.email(), "wrong", from);
    }

    private Response logInWithRightPassword(String from) {
        return logIn(ada.email(), Account.PASSWORD, from);
    }

    private static Response logIn(String email, String password, String from) {
        return given().contentType("application/json")
                .header("X-Forwarded-For", from)
                .body(Map.of("email", email, "password", password))
                .post("/authentication/log-in");
    }

    private static Response post(String path, String from) {
        return given().contentType("application/json")
                .header("X-Forwarded-For", from)
                .body(
                        path.equals("refresh")
                                ? Map.of("refreshToken", "x")
                                : Map.of(
                                        "email",
                                        "limited-" + System.nanoTime() + "@quire.test",
                                        "name",
                                        "Limited",
                                        "password",
                                        Account.PASSWORD))
                .post("/authentication/" + path);
    }

    /** Returns an address that no test has used in this run. */
    private static String newAddress() {
        int number = ADDRESSES.incrementAndGet();
        return "192.%d.%d.%d".formatted(number >> 16 & 0x3f, number >> 8 & 0xff, number & 0xff);
    }
}
