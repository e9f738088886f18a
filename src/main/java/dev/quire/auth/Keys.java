package dev.quire.auth;

import dev.quire.security.ServiceSecrets;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;

/**
 * The RSA keys that sign and verify access tokens: a folder of PKCS#8 PEM files {@code <kid>.pem}. When no folder is
 * configured, tests create a key at startup, and development mode keeps one, so that tokens survive a live reload.
 */
@Singleton
@Startup
class Keys {
    /** The key of development, beside the embedded database and deleted with it. */
    private static final Path KEPT = Path.of("target", "development-key.pem");

    private final SortedMap<String, RSAPrivateCrtKey> keys;
    private final String signing;

    Keys(AuthSettings settings) {
        AuthSettings.Keys folder = settings.keys();
        boolean made = folder.directory().isEmpty() && LaunchMode.current() != LaunchMode.NORMAL;
        Map<String, String> faults = made ? Map.of() : KeyFolder.faults(folder);
        faults.forEach((variable, fault) -> {
            throw new ConfigurationException(variable + " " + fault);
        });
        keys = made ? make() : KeyFolder.read(folder, new ArrayList<>());
        signing = made ? keys.firstKey() : folder.signing().orElse(keys.firstKey());
    }

    /** Returns the {@code kid} of the signing key. */
    String signingId() {
        return signing;
    }

    PrivateKey signingKey() {
        return keys.get(signing);
    }

    /** Returns the secrets for whatever is stored. */
    @Produces
    @Singleton
    ServiceSecrets secrets() {
        var secret = new TreeMap<String, byte[]>();
        keys.forEach((id, key) -> secret.put(id, key.getPrivateExponent().toByteArray()));
        return new ServiceSecrets(secret, signing);
    }

    /** Returns the public keys, each with its {@code kid}, as a JSON Web Key Set (RFC 7517). */
    String publicKeys() {
        var set = new JsonWebKeySet();
        keys.forEach((id, key) -> {
            var jwk = new RsaJsonWebKey(publicKey(key));
            jwk.setKeyId(id);
            jwk.setAlgorithm("RS256");
            jwk.setUse("sig");
            set.addJsonWebKey(jwk);
        });
        return set.toJson();
    }

    private static RSAPublicKey publicKey(RSAPrivateCrtKey key) {
        try {
            return (RSAPublicKey) KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SortedMap<String, RSAPrivateCrtKey> make() {
        try {
            return LaunchMode.current() == LaunchMode.DEVELOPMENT
                    ? new TreeMap<>(Map.of("development", kept()))
                    : new TreeMap<>(Map.of("made-at-start", created()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RSAPrivateCrtKey kept() throws GeneralSecurityException, IOException {
        if (!Files.exists(KEPT)) {
            Files.createDirectories(KEPT.getParent());
            Files.writeString(KEPT, KeyFolder.pem(created()));
        }
        return KeyFolder.key(Files.readString(KEPT));
    }

    private static RSAPrivateCrtKey created() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(KeyFolder.MIN_BITS);
        return (RSAPrivateCrtKey) generator.generateKeyPair().getPrivate();
    }
}
