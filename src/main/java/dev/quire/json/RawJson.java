package dev.quire.json;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * JSON that is text already, as PostgreSQL makes it: one value, or several in lines of their own. One is sent to all who
 * asked for the same.
 */
public final class RawJson {
    private static final byte[] EMPTY_ARRAY = {'[', ']'};

    private final byte[] bytes;
    private volatile byte[] hash;

    public RawJson(String text) {
        bytes = text.getBytes(StandardCharsets.UTF_8);
    }

    /** As it is sent, and as it stays. */
    public byte[] bytes() {
        return bytes;
    }

    /** As it was given. */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The SHA-256 of what is sent. */
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

    /** Whether it is an array without elements. */
    public boolean isEmptyArray() {
        return Arrays.equals(bytes, EMPTY_ARRAY);
    }
}
