package dev.quire.auth;

import io.smallrye.config.ConfigMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The configured folder of keys. */
@ConfigMapping(prefix = "quire.keys")
public interface KeyFolder {
    int MIN_BITS = 2048;

    Optional<String> directory();

    Optional<String> signing();

    /** Lists the faults: of the folder, of each file that is not a key, of the name of the signing key. */
    static List<String> faults(KeyFolder folder) {
        var faults = new ArrayList<String>();
        SortedMap<String, RSAPrivateCrtKey> keys = read(folder, faults);
        if (faults.isEmpty()
                && (folder.signing().isEmpty()
                        ? keys.size() > 1
                        : !keys.containsKey(folder.signing().get()))) {
            faults.add("QUIRE_KEYS_SIGNING must be the kid that signs, one of " + keys.keySet());
        }
        return faults;
    }

    /** Reads the keys, by their {@code kid}, and adds each file that is not a key to the faults. */
    static SortedMap<String, RSAPrivateCrtKey> read(KeyFolder folder, List<String> faults) {
        var keys = new TreeMap<String, RSAPrivateCrtKey>();
        String variable = "QUIRE_KEYS_DIRECTORY must be a folder of RSA private keys of at least " + MIN_BITS
                + " bits, PKCS#8 in PEM, <kid>.pem";
        if (folder.directory().isEmpty()) {
            faults.add(variable);
            return keys;
        }
        Path directory = Path.of(folder.directory().get());
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(file -> file.toString().endsWith(".pem")).sorted().forEach(file -> {
                try {
                    keys.put(file.getFileName().toString().replaceFirst("\\.pem$", ""), key(Files.readString(file)));
                } catch (IOException e) {
                    faults.add(variable + ": " + file + " can't be read");
                } catch (GeneralSecurityException | IllegalArgumentException | ClassCastException e) {
                    faults.add(variable + ": " + file + " is none");
                }
            });
        } catch (IOException | SecurityException e) {
            faults.add(variable + ": " + directory + " can't be read");
            return keys;
        }
        if (keys.isEmpty() && faults.isEmpty()) {
            faults.add(variable + ": " + directory + " has none");
        }
        return keys;
    }

    private static RSAPrivateCrtKey key(String pem) throws GeneralSecurityException {
        String base64 = pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----|\\s", "");
        var key = (RSAPrivateCrtKey) KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
        if (key.getModulus().bitLength() < MIN_BITS) {
            throw new GeneralSecurityException("too short");
        }
        return key;
    }
}
