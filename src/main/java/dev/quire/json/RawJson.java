package dev.quire.json;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * JSON that is already text, as PostgreSQL creates it: one value, or several in lines of their own. One instance is sent to
 * all clients that requested the same data.
 */
public final class RawJson {
    private static final byte[] EMPTY_ARRAY = {'[', ']'};

    private final byte[] bytes;
    private volatile byte[] hash;

    public RawJson(String text) {
        bytes = text.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the bytes that are sent. They must not be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** Returns the original text. */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Returns the SHA-256 hash of the bytes that are sent. */
    public byte[] hash() {
        if (hash == null) {
            try {
                hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
        return hash;
    }

    /** Returns whether this is an array without elements. */
    public boolean isEmptyArray() {
        return Arrays.equals(bytes, EMPTY_ARRAY);
    }
}
