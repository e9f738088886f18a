package dev.quire.auth;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Time-based one-time passwords (RFC 6238), with the parameters that all authenticator apps know: SHA-1, 6 digits, 30
 * seconds.
 */
final class Totp {
    private static final int STEP_SECONDS = 30;

    /** The number of time steps by which a clock may differ (section 5.2). */
    private static final int SKEW = 1;

    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private Totp() {}

    /** Returns the time step whose code this is, later than the last one that was used; empty for none. */
    static OptionalLong step(byte[] secret, String code, Instant now, long last) {
        long current = now.getEpochSecond() / STEP_SECONDS;
        return LongStream.rangeClosed(current - SKEW, current + SKEW)
                .filter(step -> step > last && code(secret, step, 6).equals(code))
                .findFirst();
    }

    /** Returns the code of a time step (RFC 4226, section 5.3). */
    static String code(byte[] secret, long step, int digits) {
        byte[] hash = hmac(
                "HmacSHA1",
                secret,
                ByteBuffer.allocate(Long.BYTES).putLong(step).array());
        int offset = hash[hash.length - 1] & 0xf;
        int truncated = ByteBuffer.wrap(hash).getInt(offset) & Integer.MAX_VALUE;
        return String.format(Locale.ROOT, "%0" + digits + "d", truncated % (int) Math.pow(10, digits));
    }

    /** Returns the hash of a recovery code, which only those who know the secret can compute. */
    static String recoveryHash(byte[] secret, String code) {
        byte[] hash = hmac("HmacSHA256", secret, ("recovery " + code).getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }

    private static byte[] hmac(String algorithm, byte[] key, byte[] content) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a secret as authenticator apps read it (Base32, RFC 4648), without padding. */
    static String base32(byte[] secret) {
        var text = new StringBuilder();
        int bits = 0;
        int count = 0;
        for (byte octet : secret) {
            bits = bits << 8 | octet & 0xff;
            for (count += 8; count >= 5; count -= 5) {
                text.append(BASE32.charAt(bits >> count - 5 & 31));
            }
        }
        return count == 0
                ? text.toString()
                : text.append(BASE32.charAt(bits << 5 - count & 31)).toString();
    }
}
