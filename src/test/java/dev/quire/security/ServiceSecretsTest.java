package dev.quire.security;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ServiceSecretsTest {
    private static final byte[] ONE = {1, 1, 1};
    private static final byte[] TWO = {2, 2, 2};
    private static final byte[] VALUE = {0, 1, 2, 3};

    private final ServiceSecrets before = secrets(Map.of("one", ONE), "one");
    private final ServiceSecrets both = secrets(Map.of("one", ONE, "two", TWO), "two");
    private final ServiceSecrets after = secrets(Map.of("two", TWO), "two");

    private static ServiceSecrets secrets(Map<String, byte[]> keys, String current) {
        return new ServiceSecrets(new TreeMap<>(keys), current);
    }

    @Test
    void valueIsReadWhileItsKeyIsThere() {
        byte[] sealed = before.seal("purpose", VALUE);

        assertArrayEquals(VALUE, before.open("purpose", sealed).orElseThrow());
        assertArrayEquals(VALUE, both.open("purpose", sealed).orElseThrow());
        assertTrue(after.open("purpose", sealed).isEmpty());
        assertArrayEquals(
                VALUE, after.open("purpose", both.seal("purpose", VALUE)).orElseThrow());
    }

    @Test
    void valueIsEncryptedDifferentlyEachTime() {
        assertFalse(Arrays.equals(before.seal("purpose", VALUE), before.seal("purpose", VALUE)));
    }

    @Test
    void changedValueIsNotReadAndNoneForAnotherPurpose() {
        byte[] sealed = before.seal("purpose", VALUE);
        assertThrows(IllegalStateException.class, () -> before.open("another", sealed));

        sealed[sealed.length - 1] ^= 1;
        assertThrows(IllegalStateException.class, () -> before.open("purpose", sealed));
    }

    @Test
    void headerTellsTheKey() {
        byte[] header = both.header();

        assertArrayEquals(header, Arrays.copyOf(both.seal("purpose", VALUE), header.length));
        assertFalse(Arrays.equals(header, Arrays.copyOf(before.seal("purpose", VALUE), header.length)));
    }

    @Test
    void storedHashIsAmongTheHashesOfAllKeys() {
        String stored = before.hash("purpose", "text");

        assertEquals(43, stored.length());
        assertTrue(List.of(both.hashes("purpose", "text").split(" ")).contains(stored));
        assertFalse(List.of(after.hashes("purpose", "text").split(" ")).contains(stored));
        assertNotEquals(stored, before.hash("another", "text"));
        assertNotEquals(stored, before.hash("purpose", "another"));
    }
}
