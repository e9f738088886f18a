package dev.quire.http;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A request with an idempotency key. Without the key, neither of the hashes can be guessed.
 *
 * @param id the hash of the key and its owner
 * @param fingerprint the hash of the request
 * @param user the id of the caller; null when the user is not known yet
 */
record IdempotencyRequest(byte[] id, byte[] fingerprint, Long user) {
    /**
     * Creates a request from its key and its content.
     *
     * @param owner the owner of the key; the same key of another owner is a different key
     * @param request all parts of the request that must be the same in a repetition
     */
    static IdempotencyRequest of(String owner, String key, String request, Long user) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            byte[] fingerprint = mac.doFinal(request.getBytes(StandardCharsets.UTF_8));
            byte[] id =
                    MessageDigest.getInstance("SHA-256").digest((owner + '\n' + key).getBytes(StandardCharsets.UTF_8));
            return new IdempotencyRequest(id, fingerprint, user);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    String name() {
        return HexFormat.of().formatHex(id);
    }
}
