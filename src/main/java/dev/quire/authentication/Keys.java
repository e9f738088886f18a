package dev.quire.authentication;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;

/**
 * The RSA keys that sign and verify access tokens: a folder of PKCS#8 PEM files {@code <kid>.pem}. In development and
 * tests, without such a folder, one key is made at start.
 */
@Singleton
@Startup
class Keys {
    private static final int MIN_BITS = 2048;
    private static final String DIRECTORY = "QUIRE_KEYS_DIRECTORY must be a folder of RSA private keys of at least "
            + MIN_BITS + " bits, PKCS#8 in PEM, <kid>.pem";

    private final SortedMap<String, RSAPrivateCrtKey> keys;
    private final String signing;

    Keys(
            @ConfigProperty(name = "quire.keys.directory") Optional<Path> directory,
            @ConfigProperty(name = "quire.keys.signing") Optional<String> signing) {
        keys = directory.isPresent() ? read(directory.get()) : make();
        if (signing.isEmpty() && keys.size() > 1 || signing.isPresent() && !keys.containsKey(signing.get())) {
            throw new ConfigurationException("QUIRE_KEYS_SIGNING must be the kid that signs, one of " + keys.keySet());
        }
        this.signing = signing.orElse(keys.firstKey());
    }

    /** The {@code kid} of the key that signs. */
    String signingId() {
        return signing;
    }

    PrivateKey signingKey() {
        return keys.get(signing);
    }

    /** The public keys, each with its {@code kid}, as a JSON Web Key Set (RFC 7517). */
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

    private static SortedMap<String, RSAPrivateCrtKey> read(Path directory) {
        var keys = new TreeMap<String, RSAPrivateCrtKey>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".pem")).toList()) {
                keys.put(file.getFileName().toString().replaceFirst("\\.pem$", ""), key(Files.readString(file)));
            }
        } catch (IOException | GeneralSecurityException | IllegalArgumentException | ClassCastException e) {
            // Without the cause, of which Quarkus would print the stack trace instead of this line.
            throw new ConfigurationException(DIRECTORY + ": " + e);
        }
        if (keys.isEmpty()) {
            throw new ConfigurationException(DIRECTORY + "; " + directory + " has none");
        }
        return keys;
    }

    private static RSAPrivateCrtKey key(String pem) throws GeneralSecurityException {
        String base64 = pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----|\\s", "");
        var key = (RSAPrivateCrtKey) KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
        if (key.getModulus().bitLength() < MIN_BITS) {
            throw new GeneralSecurityException("a key of " + key.getModulus().bitLength() + " bits");
        }
        return key;
    }

    private static SortedMap<String, RSAPrivateCrtKey> make() {
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            throw new ConfigurationException(DIRECTORY);
        }
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(MIN_BITS);
            var keys = new TreeMap<String, RSAPrivateCrtKey>();
            keys.put("made-at-start", (RSAPrivateCrtKey)
                    generator.generateKeyPair().getPrivate());
            return keys;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
