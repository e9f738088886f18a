package dev.quire.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secrets of the service for whatever is stored: keyed hashes of tokens and codes, and encryption. They are derived from
 * each of its signing keys (HKDF, RFC 5869), so that there is nothing else to keep, and no copy of the database suffices to
 * guess a code. Whatever was stored with a key can be read while that key is in the folder.
 */
public final class ServiceSecrets {
    private static final String HMAC = "HmacSHA256";
    private static final int IV = 12;
    private static final int TAG_BITS = 128;

    private final SortedMap<String, byte[]> roots = new TreeMap<>();
    private final String current;
    private final SecureRandom random = new SecureRandom();

    /**
     * @param keys the secret part of each key, by its {@code kid}
     * @param current the {@code kid} of the key for everything new
     */
    public ServiceSecrets(SortedMap<String, byte[]> keys, String current) {
        keys.forEach((kid, key) -> roots.put(kid, hmac("quire stored secrets".getBytes(StandardCharsets.UTF_8), key)));
        this.current = current;
    }

    /** Returns the hash of a text for a purpose, in 43 characters. */
    public String hash(String purpose, String text) {
        return hash(current, purpose, text);
    }

    /** Returns the hashes of a text with each of the keys, separated by blanks: one of them is stored. */
    public String hashes(String purpose, String text) {
        List<String> hashes =
                roots.keySet().stream().map(kid -> hash(kid, purpose, text)).toList();
        return String.join(" ", hashes);
    }

    private String hash(String kid, String purpose, String text) {
        byte[] hash = hmac(derived(kid, purpose), text.getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }

    /** Encrypts a value for a purpose (AES-GCM). The result begins with the {@code kid} of the key. */
    public byte[] seal(String purpose, byte[] value) {
        byte[] iv = new byte[IV];
        random.nextBytes(iv);
        byte[] header = header();
        byte[] sealed = cipher(Cipher.ENCRYPT_MODE, current, purpose, iv, value);
        return ByteBuffer.allocate(header.length + IV + sealed.length)
                .put(header)
                .put(iv)
                .put(sealed)
                .array();
    }

    /** Decrypts a value; empty when its key is no longer there. */
    public Optional<byte[]> open(String purpose, byte[] sealed) {
        String kid = kid(sealed);
        if (!roots.containsKey(kid)) {
            return Optional.empty();
        }
        ByteBuffer parts = ByteBuffer.wrap(sealed);
        parts.position(Integer.BYTES + kid.getBytes(StandardCharsets.UTF_8).length);
        byte[] iv = new byte[IV];
        parts.get(iv);
        byte[] rest = new byte[parts.remaining()];
        parts.get(rest);
        return Optional.of(cipher(Cipher.DECRYPT_MODE, kid, purpose, iv, rest));
    }

    /** Returns the beginning of all values that are encrypted with the key for everything new. */
    public byte[] header() {
        byte[] kid = current.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Integer.BYTES + kid.length)
                .putInt(kid.length)
                .put(kid)
                .array();
    }

    private static String kid(byte[] sealed) {
        ByteBuffer parts = ByteBuffer.wrap(sealed);
        byte[] kid = new byte[parts.getInt()];
        parts.get(kid);
        return new String(kid, StandardCharsets.UTF_8);
    }

    private byte[] cipher(int mode, String kid, String purpose, byte[] iv, byte[] value) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    mode, new SecretKeySpec(derived(kid, purpose), "AES"), new GCMParameterSpec(TAG_BITS, iv), random);
            return cipher.doFinal(value);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a key of 256 bits for one purpose. It is the first block of HKDF-Expand. */
    private byte[] derived(String kid, String purpose) {
        return hmac(roots.get(kid), (purpose + '\u0001').getBytes(StandardCharsets.UTF_8));
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
