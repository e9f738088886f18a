package dev.quire.mail;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Mailbox;
import dev.quire.environment.ServiceLog;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever the mail server does, no request waits for it, no mail is lost, and none is sent more than twice. */
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
        Database.execute("delete from mails");
    }

    @Test
    void aServerThatIsAwayGetsTheMailWhenItIsBack() throws SQLException {
        ServiceLog.expect("Mails can't be sent");
        Mailbox.network().cut();
        ask();
        // Each attempt was certainly in vain.
        for (int attempts = 1; attempts <= 4; attempts++) {
            awaitAttempt(attempts);
            assertEquals(0, Database.count("select doubts from mails"));
            Database.execute("update mails set due_at = now()");
        }

        Mailbox.network().restore();
        Database.execute("update mails set due_at = now()");
        Mailbox.await(ada.email(), 2).token();
        Mailbox.awaitSent();
        assertEquals(2, Mailbox.of(ada.email()).size());
    }

    @Test
    void aServerThatHangsGetsTheMailWhenItIsBack() throws SQLException {
        ServiceLog.expect("Mails can't be sent");
        Mailbox.network().stall();
        ask();
        awaitAttempt(1);
        // It has not greeted, so it has taken nothing.
        assertEquals(0, Database.count("select doubts from mails"));
        Database.execute("update mails set due_at = now()");
        awaitAttempt(2);

        Mailbox.network().restore();
        Database.execute("update mails set due_at = now()");
        Mailbox.await(ada.email(), 2).token();
        Mailbox.awaitSent();
        assertEquals(2, Mailbox.of(ada.email()).size());
    }

    @Test
    void whatMayHaveBeenTakenIsSentTwiceAtMost() throws SQLException {
        ServiceLog.expect("Mail [0-9]+ is given up");
        ask();
        String id = Mailbox.await(ada.email(), 2).id();
        Mailbox.awaitSent();
        // As if the service had died before it knew, once and again.
        Database.execute("insert into mails (kind, address, language, attempts, doubts) values ('RECOVERY', ?, 'en', 2, 2)",
                ada.email());

        Mailbox.awaitSent();

        assertEquals(2, Mailbox.of(ada.email()).size());
        assertTrue(id.matches("<[0-9]+\\.[0-9]+@quire\\.test>"), id);
    }

    @Test
    void aMailIsTriedForADay() throws SQLException {
        ServiceLog.expect("Mail [0-9]+ is given up: it is too old");
        Database.execute("insert into mails (kind, address, language, created_at) values"
                + " ('RECOVERY', ?, 'en', now() - interval '25 hours')", ada.email());

        Mailbox.awaitSent();

        assertEquals(1, Mailbox.of(ada.email()).size());
    }

    @Test
    void theWaitsGrowToAnHour() {
        assertEquals(
                List.of(5L, 15L, 45L, 135L, 405L, 1215L, 3600L, 3600L),
                List.of(1, 2, 3, 4, 5, 6, 7, 100).stream()
                        .map(attempts -> Outbox.delay(attempts).toSeconds())
                        .toList());
    }

    /** It begins with the sending, not with the request. */
    @Test
    void aTokenThatWasSentLateIsGoodForHalfAnHourToo() throws SQLException {
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

    private static void awaitAttempt(int attempts) {
        await(() -> Database.count("select coalesce(sum(attempts), 0) from mails where due_at > now()") == attempts
                && Database.count("select coalesce(sum(doubts), 0) from mails") == 0);
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
