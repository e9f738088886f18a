package dev.quire.mail;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.MailFaults.Fault;
import dev.quire.environment.Mailbox;
import dev.quire.environment.Program;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that is killed, by SIGKILL, before, while and after it sends a mail: none is lost, none is sent more than twice. */
@Tag("native")
class KilledSenderIT {
    private static final String EMAIL = Program.ADMIN.get("email");

    @TempDir
    static Path folder;

    private static final Mailbox MAILBOX = new Mailbox();
    private static EmbeddedPostgres postgres;
    private static Map<String, String> environment;
    private static Program program;
    private int before;

    @BeforeAll
    static void start() throws Exception {
        postgres = EmbeddedPostgres.start();
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        environment = new HashMap<>(Program.environment(postgres, keys));
        environment.putAll(MAILBOX.startForProgram());
        environment.put("QUIRE_LIMITS_RECOVERY_ACCOUNT", "1000");
        program = new Program(environment, folder);
        program.await();
    }

    @AfterAll
    static void stop() throws Exception {
        program.close();
        MAILBOX.stop();
        postgres.close();
    }

    @BeforeEach
    void count() {
        before = Mailbox.of(EMAIL).size();
    }

    @AfterEach
    void restore() {
        Mailbox.network().restore();
        Mailbox.faults().become(Fault.NONE);
    }

    @Test
    void mailOfAServiceKilledBeforeSendingIsSentLater() throws Exception {
        Mailbox.network().stall();
        ask();

        killAndStart();

        Mailbox.await(EMAIL, before + 1).token();
        awaitNone();
        assertEquals(before + 1, Mailbox.of(EMAIL).size());
    }

    @Test
    void mailOfAServiceKilledAfterSendingIsSentOnceMore() throws Exception {
        ask();
        Mailbox.await(EMAIL, before + 1);
        awaitNone();
        Mailbox.faults().become(Fault.HANGS_AFTER_TAKING);
        ask();
        Mailbox.await(EMAIL, before + 2);

        killAndStart();

        Mailbox.await(EMAIL, before + 3).token();
        awaitNone();
        assertEquals(before + 3, Mailbox.of(EMAIL).size(), "no more than twice");
    }

    @Test
    void mailOfAServiceKilledAfterItsAnswerIsNotLost() throws Exception {
        for (int i = 1; i <= 3; i++) {
            ask();
            killAndStart();
            Mailbox.await(EMAIL, before + i).token();
        }
        awaitNone();
        assertTrue(Mailbox.of(EMAIL).size() <= before + 6, "no more than twice each");
    }

    private static void ask() {
        given().port(program.port())
                .contentType("application/json")
                .body(Map.of("email", EMAIL))
                .post("/authentication/recovery")
                .then()
                .statusCode(202);
    }

    private static void killAndStart() throws Exception {
        program.close();
        Mailbox.network().restore();
        Mailbox.faults().become(Fault.NONE);
        program = new Program(environment, folder);
        program.await();
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            // Nobody has to wait for a minute until another sender may take them.
            statement.execute("update mails set due_at = now()");
        }
    }

    private static void awaitNone() throws Exception {
        await("select count(*) from mails", 0);
    }

    private static void await(String sql, int expected) throws Exception {
        Instant end = Instant.now().plusSeconds(Program.TIMEOUT_SECONDS);
        while (count(sql) != expected) {
            assertTrue(Instant.now().isBefore(end), sql);
            Thread.sleep(50);
        }
    }

    private static int count(String sql) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }
}
