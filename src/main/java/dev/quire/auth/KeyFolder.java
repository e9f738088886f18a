package dev.quire.auth;

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
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The reader of the folder of keys. */
public final class KeyFolder {
    static final int MIN_BITS = 2048;

    private KeyFolder() {}

    /** Returns the faults by variable: of the folder, of the files that are not keys, of the name of the signing key. */
    public static Map<String, String> faults(AuthSettings.Keys folder) {
        var faults = new ArrayList<String>();
        SortedMap<String, RSAPrivateCrtKey> keys = read(folder, faults);
        if (keys.isEmpty() || !faults.isEmpty()) {
            return Map.of(
                    "QUIRE_KEYS_DIRECTORY",
                    "must be a folder of RSA private keys of at least " + MIN_BITS
                            + " bits, PKCS#8 in PEM, <kid>.pem" + (faults.isEmpty() ? "" : ": ")
                            + String.join(", ", faults));
        }
        return folder.signing().map(keys::containsKey).orElse(keys.size() == 1)
                ? Map.of()
                : Map.of("QUIRE_KEYS_SIGNING", "must be the kid that signs, one of " + keys.keySet());
    }

    /** Reads the keys, by their {@code kid}, and adds each file that is not a key to the faults. */
    static SortedMap<String, RSAPrivateCrtKey> read(AuthSettings.Keys folder, List<String> faults) {
        var keys = new TreeMap<String, RSAPrivateCrtKey>();
        if (folder.directory().isEmpty()) {
            return keys;
        }
        Path directory = Path.of(folder.directory().get());
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(file -> file.toString().endsWith(".pem")).sorted().forEach(file -> {
                try {
                    keys.put(file.getFileName().toString().replaceFirst("\\.pem$", ""), key(Files.readString(file)));
                } catch (IOException e) {
                    faults.add(file + " can't be read");
                } catch (GeneralSecurityException | IllegalArgumentException | ClassCastException e) {
                    faults.add(file + " is none");
                }
            });
            if (keys.isEmpty() && faults.isEmpty()) {
                faults.add(directory + " has none");
            }
        } catch (IOException | SecurityException e) {
            faults.add(directory + " can't be read");
        }
        return keys;
    }

    static RSAPrivateCrtKey key(String pem) throws GeneralSecurityException {
        String base64 = pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----|\\s", "");
        var key = (RSAPrivateCrtKey) KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
        if (key.getModulus().bitLength() < MIN_BITS) {
            throw new GeneralSecurityException("too short");
        }
        return key;
    }

    static String pem(RSAPrivateCrtKey key) {
        return "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }
}
