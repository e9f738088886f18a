package dev.quire.environment;

import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An authenticator app with the secret of one account. */
public final class Authenticator {
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private final byte[] secret;

    /** Reads a secret as people type it in. */
    public Authenticator(String base32) {
        var bytes = new ByteArrayOutputStream();
        int bits = 0;
        int count = 0;
        for (char character : base32.toCharArray()) {
            bits = bits << 5 | BASE32.indexOf(character);
            count += 5;
            if (count >= 8) {
                count -= 8;
                bytes.write(bits >> count);
            }
        }
        secret = bytes.toByteArray();
    }

    /** Adds a second factor to the user of these requests, by the code before the current one. */
    public static Authenticator add(Supplier<RequestSpecification> requests) {
        String secret = requests.get()
                .post("/authentication/totp")
                .then()
                .statusCode(200)
                .extract()
                .path("secret");
        var app = new Authenticator(secret);
        requests.get()
                .contentType("application/json")
                .body(Map.of("code", app.code(-1)))
                .post("/authentication/totp/confirm")
                .then()
                .statusCode(200);
        return app;
    }

    public byte[] secret() {
        return secret.clone();
    }

    /** Returns the code that is shown now. */
    public String code() {
        return code(0);
    }

    /** Returns the code that is shown so many half minutes later. */
    public String code(int later) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret, "HmacSHA1"));
            long step = Instant.now().getEpochSecond() / 30 + later;
            ByteBuffer hash = ByteBuffer.wrap(
                    mac.doFinal(ByteBuffer.allocate(8).putLong(step).array()));
            int truncated = hash.getInt(hash.get(19) & 0xf) & Integer.MAX_VALUE;
            return "%06d".formatted(truncated % 1_000_000);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
