package dev.quire.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotpTest {
    private static final byte[] SECRET = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);

    /** RFC 6238, appendix B. */
    @ParameterizedTest
    @CsvSource({
        "59, 94287082",
        "1111111109, 07081804",
        "1111111111, 14050471",
        "1234567890, 89005924",
        "2000000000, 69279037",
        "20000000000, 65353130"
    })
    void codesMatchTheStandard(long seconds, String code) {
        assertEquals(code, Totp.code(SECRET, seconds / 30, 8));
        assertEquals(code.substring(2), Totp.code(SECRET, seconds / 30, 6));
    }

    @Test
    void codeIsGoodOnceWithinOneStep() {
        String code = Totp.code(SECRET, 100, 6);

        for (long step : new long[] {99, 100, 101}) {
            Instant now = Instant.ofEpochSecond(step * 30 + 7);
            assertEquals(OptionalLong.of(100), Totp.step(SECRET, code, now, 99));
            assertEquals(OptionalLong.empty(), Totp.step(SECRET, code, now, 100));
        }
        for (long step : new long[] {98, 102}) {
            assertEquals(OptionalLong.empty(), Totp.step(SECRET, code, Instant.ofEpochSecond(step * 30), 0));
        }
    }

    /** RFC 4648, section 10, without padding. */
    @ParameterizedTest
    @CsvSource({"'',''", "f,MY", "fo,MZXQ", "foo,MZXW6", "foob,MZXW6YQ", "fooba,MZXW6YTB", "foobar,MZXW6YTBOI"})
    void secretsAreReadByApps(String text, String base32) {
        assertEquals(base32, Totp.base32(text.getBytes(StandardCharsets.US_ASCII)));
    }
}
