package dev.quire.http;

import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.Violation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A position in a list for keyset pagination: the key of a row, and whether the page lies before or after that row. Its text
 * is opaque to clients and bound to its list: it is rejected if altered, or used with another list. The binding guards
 * against mistakes, not against attackers: a forged cursor only shows a public list from another position.
 *
 * @param key the value that the list is sorted by, as PostgreSQL writes it
 * @param whole whether this is the complete key, or only its beginning, which keeps a cursor short enough for links
 */
public record Cursor(boolean backward, long id, String key, boolean whole) {
    private static final int BINDING = 8;

    /** The maximum length of a key in a cursor, in bytes of UTF-8. */
    private static final int LONGEST_KEY = 96;

    private static final char WHOLE = ':';
    private static final char BEGINNING = '~';
    private static final Pattern PLACE = Pattern.compile("(?s)([<>])(\\d+)([" + WHOLE + BEGINNING + "])(.*)");

    /**
     * Returns the text of the cursor for clients.
     *
     * @param list the list that the cursor belongs to: path, filter and sort
     */
    String text(String list) {
        String shown = beginning(key);
        char mark = shown.length() == key.length() ? WHOLE : BEGINNING;
        byte[] place = ((backward ? "<" : ">") + id + mark + shown).getBytes(StandardCharsets.UTF_8);
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
            // Decoding ignores some changes of the last character, so only the exact text that was issued is accepted.
            String spelling = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            if (spelling.equals(text) && Arrays.equals(binding(list, place), Arrays.copyOf(bytes, BINDING))) {
                String decoded = new String(place, StandardCharsets.UTF_8);
                Matcher parts = PLACE.matcher(decoded);
                if (parts.matches()) {
                    return new Cursor(
                            parts.group(1).equals("<"),
                            Long.parseLong(parts.group(2)),
                            parts.group(4),
                            parts.group(3).charAt(0) == WHOLE);
                }
            }
        } catch (IllegalArgumentException e) {
            // Not Base64, or too short: rejected below.
        }
        throw BadRequest.parameter("cursor", Violation.Code.INVALID, "is not a cursor of this list");
    }

    /** Returns the longest beginning of the key that fits. */
    private static String beginning(String key) {
        int end = 0;
        for (int bytes = 0; end < key.length(); ) {
            int character = key.codePointAt(end);
            bytes += Character.toString(character).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > LONGEST_KEY) {
                break;
            }
            end += Character.charCount(character);
        }
        return key.substring(0, end);
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
