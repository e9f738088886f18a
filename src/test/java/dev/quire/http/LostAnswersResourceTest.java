package dev.quire.http;

import static dev.quire.http.Creation.countCreated;
import static dev.quire.http.Creation.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.FaultyProxy;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A network that cuts a request or its response at each byte: a client that repeats the request gets it executed once.
 */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class LostAnswersResourceTest {
    private static final Pattern WHOLE =
            Pattern.compile("(?is)HTTP/1.1 (\\d+) .*\r\ncontent-length: (\\d+)\r\n.*?\r\n\r\n(.*)");

    private final String prefix = unique();
    private FaultyProxy network;

    @BeforeEach
    void connect() throws IOException {
        network = new FaultyProxy();
    }

    @AfterEach
    void disconnect() throws IOException {
        network.close();
    }

    /** The step is larger where passwords are hashed, which takes longer. */
    @ParameterizedTest
    @CsvSource({"POST, 1", "REGISTRATION, 20"})
    void requestCutAtAnyByteIsExecutedOnce(Creation creation, int step) throws Exception {
        int length = head(creation, 0).length() + body(creation, 0).length;
        int keys = 0;
        for (int bytes = 0; bytes < length; bytes += step) {
            network.cutRequestAfter(bytes);
            assertEquals("", send(creation, keys));
            network.repair();

            assertFalse(isReplayed(sendUntilCreated(creation, keys++)), "executed after " + bytes + " bytes");
        }
        // All of it was sent.
        network.cutRequestAfter(length);
        send(creation, keys);
        network.repair();
        sendUntilCreated(creation, keys++);

        assertEachIsCreatedOnce(creation, keys);
    }

    @ParameterizedTest
    @CsvSource({"POST, 1", "REGISTRATION, 20"})
    void requestWithAnswerCutAtAnyByteIsExecutedOnce(Creation creation, int step) throws Exception {
        int keys = 0;
        for (int bytes = 0; ; bytes += step) {
            network.cutAnswerAfter(bytes);
            String cut = send(creation, keys);
            network.repair();
            if (isWhole(cut)) {
                keys++;
                break;
            }
            assertTrue(cut.length() <= bytes);

            assertTrue(isReplayed(sendUntilCreated(creation, keys++)), "the first was not executed");
        }
        assertTrue(keys > 400 / step, "only " + keys + " cuts");

        assertEachIsCreatedOnce(creation, keys);
    }

    private void assertEachIsCreatedOnce(Creation creation, int keys) {
        List<Integer> all = creation.once.stream().map(one -> one * keys).toList();

        assertEquals(all, countCreated(prefix));
    }

    private String sendUntilCreated(Creation creation, int number) throws Exception {
        while (true) {
            String answer = send(creation, number);
            if (isWhole(answer)) {
                return answer;
            }
            // The first is in progress, and no other status may occur.
            assertTrue(answer.startsWith("HTTP/1.1 409 ") && answer.contains(":under-way"), answer);
            Thread.sleep(10);
        }
    }

    private String send(Creation creation, int number) throws IOException {
        return Wire.exchangeAt(network.port(), head(creation, number), body(creation, number));
    }

    private String head(Creation creation, int number) {
        String token = "Authorization: Bearer " + Account.admin().token() + "\n";
        return """
                POST %s HTTP/1.1
                Host: quire
                %sContent-Type: application/json
                Content-Length: %d
                Idempotency-Key: %s
                Connection: close
                """.formatted(
                        creation.path,
                        creation == Creation.REGISTRATION ? "" : token,
                        body(creation, number).length,
                        word(number));
    }

    private byte[] body(Creation creation, int number) {
        return creation.body(word(number)).getBytes(StandardCharsets.UTF_8);
    }

    private String word(int number) {
        return prefix + "-" + (10_000 + number);
    }

    private static boolean isWhole(String answer) {
        Matcher parts = WHOLE.matcher(answer);
        return parts.matches()
                && parts.group(1).equals("201")
                && parts.group(3).length() == Integer.parseInt(parts.group(2));
    }

    private static boolean isReplayed(String answer) {
        return answer.toLowerCase().contains("\r\nidempotency-replayed: true\r\n");
    }
}
