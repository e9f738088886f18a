package dev.quire.http;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A request with a key. Neither of the hashes can be guessed at by who does not know the key.
 *
 * @param id of the key and its owner
 * @param fingerprint of the request
 * @param user who makes it, null for nobody that is known yet
 */
record IdempotencyRequest(byte[] id, byte[] fingerprint, Long user) {
    /**
     * @param owner whose key it is: the same key of another owner is another key
     * @param request all of it that must be the same
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
