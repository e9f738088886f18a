package dev.quire.auth;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A token that continues a session: the id of the session, 256 random bits, and a tag that only the service can create.
 * By the tag the service recognizes a token that was valid once.
 */
final class RefreshToken {
    /** The number of random bytes. */
    static final int SECRET = 32;

    private static final int TAG = 16;
    private static final int LENGTH = Long.BYTES + SECRET + TAG;

    /** The maximum length of the text in Base64, which may end with padding. */
    private static final int LONGEST_TEXT = (LENGTH + 2) / 3 * 4;

    private static final String HMAC = "HmacSHA256";

    private final long session;
    private final byte[] secret;
    private final byte[] tag;

    private RefreshToken(long session, byte[] secret, byte[] tag) {
        this.session = session;
        this.secret = secret;
        this.tag = tag;
    }

    /** Creates a token of this session, tagged with the key of the session. */
    static RefreshToken of(long session, byte[] secret, byte[] key) {
        return new RefreshToken(session, secret, tag(session, secret, key));
    }

    /** Parses a token; empty when the text does not have the form of a refresh token. */
    static Optional<RefreshToken> parse(String text) {
        if (text.length() > LONGEST_TEXT) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            if (bytes.length != LENGTH) {
                return Optional.empty();
            }
            ByteBuffer parts = ByteBuffer.wrap(bytes);
            long session = parts.getLong();
            byte[] secret = new byte[SECRET];
            byte[] tag = new byte[TAG];
            parts.get(secret).get(tag);
            return Optional.of(new RefreshToken(session, secret, tag));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Returns the id of the session that the token claims to belong to. */
    long session() {
        return session;
    }

    /** Returns whether the service created the token, for the session with this key. */
    boolean isMadeWith(byte[] key) {
        return MessageDigest.isEqual(tag, tag(session, secret, key));
    }

    /** Returns the hash of the secret, which is stored in place of the token. */
    byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the next token. The same seed gives the same next token. The seed is of no use without this token. */
    RefreshToken successor(byte[] seed, byte[] key) {
        return of(session, hmac(seed, secret), key);
    }

    /** Returns the text that is sent to the client. */
    String text() {
        byte[] bytes = ByteBuffer.allocate(LENGTH)
                .putLong(session)
                .put(secret)
                .put(tag)
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] tag(long session, byte[] secret, byte[] key) {
        byte[] content = ByteBuffer.allocate(Long.BYTES + SECRET)
                .putLong(session)
                .put(secret)
                .array();
        return Arrays.copyOf(hmac(key, content), TAG);
    }

    private static byte[] hmac(byte[] key, byte[] content) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
