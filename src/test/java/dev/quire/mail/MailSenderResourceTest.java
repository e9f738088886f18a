package dev.quire.mail;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.MailFaults.Fault;
import dev.quire.environment.Mailbox;
import dev.quire.environment.Mailbox.Arrived;
import dev.quire.environment.ServiceLog;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Faults of the mail server: no request waits for it, no mail is lost, and none is sent more than twice. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
@QuarkusTestResource(value = Mailbox.class, restrictToAnnotatedClass = true)
class MailSenderResourceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private Account ada;

    @BeforeEach
    void register() {
        ada = Account.register();
        Mailbox.await(ada.email(), 1);
        Mailbox.awaitSent();
    }

    @AfterEach
    void restore() throws SQLException {
        Mailbox.network().restore();
        Mailbox.faults().become(Fault.NONE);
        Database.execute("delete from mails");
    }

    @Test
    void absentServerGetsTheMailLater() throws SQLException {
        ServiceLog.expect("Mails can't be sent");
        Mailbox.network().cut();
        ask();
        // Each attempt was certainly in vain.
        for (int attempts = 1; attempts <= 4; attempts++) {
            awaitAttempt(attempts);
            Database.execute("update mails set due_at = now()");
        }

        Mailbox.network().restore();
        Database.execute("update mails set due_at = now()");
        Mailbox.await(ada.email(), 2).token();
        Mailbox.awaitSent();
        assertEquals(2, Mailbox.of(ada.email()).size());
    }

    @Test
    void hangingServerGetsTheMailLater() throws SQLException {
        ServiceLog.expect("Mails can't be sent");
        Mailbox.network().stall();
        ask();
        awaitAttempt(1);
        // It has not greeted, so it has taken nothing.
        Database.execute("update mails set due_at = now()");
        awaitAttempt(2);

        Mailbox.network().restore();
        Database.execute("update mails set due_at = now()");
        Mailbox.await(ada.email(), 2).token();
        Mailbox.awaitSent();
        assertEquals(2, Mailbox.of(ada.email()).size());
    }

    @Test
    void refusingServerGetsTheMailLater() throws SQLException {
        Mailbox.faults().become(Fault.REFUSES);
        ask();
        for (int attempts = 1; attempts <= 4; attempts++) {
            awaitAttempt(attempts);
            Database.execute("update mails set due_at = now()");
        }
        assertTrue(Mailbox.faults().met() >= 4);

        Mailbox.faults().become(Fault.NONE);
        Database.execute("update mails set due_at = now()");
        Mailbox.await(ada.email(), 2).token();
        Mailbox.awaitSent();
        assertEquals(2, Mailbox.of(ada.email()).size());
    }

    @ParameterizedTest
    @EnumSource(names = {"DIES_AFTER_TAKING", "HANGS_AFTER_TAKING"})
    void mailOfUnknownOutcomeIsSentTwiceAtMost(Fault fault) throws SQLException {
        ServiceLog.expect("Mails can't be sent|Mail [0-9]+ is given up: it may have been sent twice");
        Mailbox.faults().become(fault);
        ask();
        String first = Mailbox.await(ada.email(), 2).id();
        await(() -> Database.count("select count(*) from mails where attempts = 1 and doubts = 1") == 1
                && Database.count("select count(*) from mails where due_at < now() + interval '15 seconds'") == 1);
        Database.execute("update mails set due_at = now()");
        Arrived second = Mailbox.await(ada.email(), 3);

        await(() -> Database.count("select count(*) from mails where attempts = 2 and doubts = 2"
                        + " and due_at < now() + interval '20 seconds'")
                == 1);
        Database.execute("update mails set due_at = now()");
        Mailbox.awaitSent();

        assertEquals(3, Mailbox.of(ada.email()).size());
        assertEquals(first, second.id(), "whoever gets it twice can tell");
        assertTrue(first.matches("<[0-9]+\\.[0-9]+@quire\\.test>"), first);
        // Of the two tokens the later one is good.
        given().contentType("application/json")
                .body(Map.of("token", second.token(), "password", "an even more unusual password"))
                .post("/authentication/recovery/complete")
                .then()
                .statusCode(204);
    }

    @Test
    void serverThatDiesOnceGetsTheMailOnceMore() throws SQLException {
        ServiceLog.expect("Mails can't be sent");
        Mailbox.faults().become(Fault.DIES_AFTER_TAKING);
        ask();
        Mailbox.await(ada.email(), 2);
        Mailbox.faults().become(Fault.NONE);
        await(() -> Database.count("select count(*) from mails where due_at < now() + interval '15 seconds'") == 1);
        Database.execute("update mails set due_at = now()");

        Mailbox.await(ada.email(), 3);
        Mailbox.awaitSent();
        assertEquals(3, Mailbox.of(ada.email()).size());
    }

    @Test
    void newerOfTwoWaitingMailsIsSent() throws SQLException {
        ServiceLog.expect("Mails can't be sent");
        Mailbox.network().cut();
        ask();
        awaitAttempt(1);
        ask();
        await(() -> Database.count("select count(*) from mails") == 2);

        Mailbox.network().restore();
        Database.execute("update mails set due_at = now()");
        String token = Mailbox.await(ada.email(), 2).token();
        Mailbox.awaitSent();

        assertEquals(2, Mailbox.of(ada.email()).size());
        given().contentType("application/json")
                .body(Map.of("token", token, "password", "an even more unusual password"))
                .post("/authentication/recovery/complete")
                .then()
                .statusCode(204);
    }

    /** The limit is that of mails for an account, so each asks for another one. */
    @Test
    void concurrentRequestsDuringAnOutageLoseNoMail() throws SQLException {
        ServiceLog.expect("Mails can't be sent");
        List<Account> accounts = Stream.generate(Account::register).limit(25).toList();
        accounts.forEach(account -> Mailbox.await(account.email(), 1));
        Mailbox.network().cut();
        accounts.forEach(account -> given().contentType("application/json")
                .body(Map.of("email", account.email()))
                .post("/authentication/recovery")
                .then()
                .statusCode(202));
        Mailbox.network().restore();
        Database.execute("update mails set due_at = now()");

        accounts.forEach(account -> Mailbox.await(account.email(), 2).token());
        Mailbox.awaitSent();
        accounts.forEach(account -> assertEquals(2, Mailbox.of(account.email()).size()));
    }

    @Test
    void mailIsTriedForADay() throws SQLException {
        ServiceLog.expect("Mail [0-9]+ is given up: it is too old");
        Database.execute(
                "insert into mails (kind, address, language, created_at) values"
                        + " ('RECOVERY', ?, 'en', now() - interval '25 hours')",
                ada.email());

        Mailbox.awaitSent();

        assertEquals(1, Mailbox.of(ada.email()).size());
    }

    /** The half hour begins with the sending, not with the request. */
    @Test
    void tokenOfALateMailIsGood() throws SQLException {
        ServiceLog.expect("Mails can't be sent");
        Mailbox.network().cut();
        ask();
        awaitAttempt(1);
        Mailbox.network().restore();
        Database.execute("update mails set due_at = now(), created_at = now() - interval '10 hours'");
        String token = Mailbox.await(ada.email(), 2).token();

        given().contentType("application/json")
                .body(Map.of("token", token, "password", "an even more unusual password"))
                .post("/authentication/recovery/complete")
                .then()
                .statusCode(204);
    }

    private void ask() {
        Instant begin = Instant.now();
        given().contentType("application/json")
                .body(Map.of("email", ada.email()))
                .post("/authentication/recovery")
                .then()
                .statusCode(202);
        assertTrue(Duration.between(begin, Instant.now()).toSeconds() < 5, "no request waits");
    }

    /** Waits for the end of an attempt that was certainly in vain: the mail is no longer hidden from other senders. */
    private static void awaitAttempt(int attempts) {
        long delay = 5 * Math.round(Math.pow(3, attempts - 1));
        await(() -> Database.count("select count(*) from mails where attempts = " + attempts
                        + " and doubts = 0 and due_at between now() + make_interval(secs => " + (delay - 15)
                        + ") and now() + make_interval(secs => " + delay + ")")
                == 1);
    }

    private static void await(BooleanSupplier condition) {
        for (Instant end = Instant.now().plus(PATIENCE); !condition.getAsBoolean(); ) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("mails: " + Database.rows("select attempts, doubts, due_at from mails"));
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
