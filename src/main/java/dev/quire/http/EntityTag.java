package dev.quire.http;

import dev.quire.json.RawJson;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strong validator (RFC 9110, section 8.8.3): two representations have the same tag if they are the same, byte by byte.
 * The tag is computed from the representation. It thus changes with everything that is shown, in whichever table that is.
 */
record EntityTag(String text, boolean weak) {
    /** The length of a tag in bytes, half a hash: nobody finds two representations that share it. */
    static final int BYTES = 16;

    private static final String ONE = "(W/)?(\"[\\x21\\x23-\\x7e\\x80-\\xff]*\")";
    private static final Pattern TAG = Pattern.compile(ONE);
    private static final Pattern LIST = Pattern.compile("[ \\t,]*+(?:" + ONE + "[ \\t]*+(?:,[ \\t,]*+|$))++");

    static EntityTag of(RawJson json) {
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(json.hash(), BYTES));
        return new EntityTag('"' + text + '"', false);
    }

    /** Returns the tags of a list such as {@code "a", W/"b"}, at least one tag; none when the list is malformed. */
    static List<EntityTag> parse(String list) {
        if (!LIST.matcher(list).matches()) {
            return List.of();
        }
        Matcher tags = TAG.matcher(list);
        return tags.results()
                .map(tag -> new EntityTag(tag.group(2), tag.group(1) != null))
                .toList();
    }

    /** Returns the tag of the same representation, gzipped. */
    EntityTag gzipped() {
        return new EntityTag(text.substring(0, text.length() - 1) + Compression.SUFFIX + '"', weak);
    }

    /** Compares as If-Match requires. */
    boolean matchesStrongly(EntityTag other) {
        return !weak && !other.weak && matchesWeakly(other);
    }

    /**
     * Compares as If-None-Match requires. Gzipped or not, the representation is the same to a client that has it or
     * overwrites it.
     */
    boolean matchesWeakly(EntityTag other) {
        return text.equals(other.text)
                || text.equals(other.gzipped().text)
                || gzipped().text.equals(other.text);
    }
}
