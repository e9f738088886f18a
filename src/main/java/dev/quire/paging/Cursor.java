package dev.quire.paging;

import dev.quire.problem.ProblemException.Malformed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/**
 * A place in a list: the key of a row, and whether the page lies before or after it. What clients see of it is opaque,
 * and bound to its list: in another one, or altered, it is refused. The binding guards against mistakes, not
 * against attackers: whoever forges a cursor sees no more than a public list from another place on.
 */
public record Cursor(boolean backward, long id, String key) {
    private static final int BINDING = 8;

    /**
     * @param list what the cursor belongs to: path, filter and sort
     */
    String text(String list) {
        byte[] place = ((backward ? "<" : ">") + id + ":" + key).getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(BINDING + place.length)
                        .put(binding(list, place))
                        .put(place)
                        .array());
    }

    static Cursor of(String text, String list) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            byte[] place = Arrays.copyOfRange(bytes, BINDING, bytes.length);
            // Decoding forgives some alterations of the last character; only the spelling that was given out holds.
            String spelling = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            if (spelling.equals(text) && Arrays.equals(binding(list, place), Arrays.copyOf(bytes, BINDING))) {
                String decoded = new String(place, StandardCharsets.UTF_8);
                int colon = decoded.indexOf(':');
                return new Cursor(
                        decoded.charAt(0) == '<',
                        Long.parseLong(decoded.substring(1, colon)),
                        decoded.substring(colon + 1));
            }
        } catch (IllegalArgumentException e) {
            // Not Base64, or too short: refused below.
        }
        throw Malformed.parameter("cursor", "is none that this list gave out");
    }

    private static byte[] binding(String list, byte[] place) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(list.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return Arrays.copyOf(digest.digest(place), BINDING);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
