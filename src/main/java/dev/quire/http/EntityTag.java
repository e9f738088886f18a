package dev.quire.http;

import dev.quire.json.RawJson;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strong validator (RFC 9110, section 8.8.3): two representations have the same one if they are the same, byte by byte.
 * It is made of what is shown, and so changes with everything that is shown, in whichever table that is.
 */
record EntityTag(String text, boolean weak) {
    /** Half a hash: nobody finds two representations that have it in common. */
    private static final int BYTES = 16;

    private static final String ONE = "(W/)?(\"[\\x21\\x23-\\x7e\\x80-\\xff]*\")";
    private static final Pattern TAG = Pattern.compile(ONE);
    private static final Pattern LIST = Pattern.compile("[ \\t,]*+(?:" + ONE + "[ \\t]*+(?:,[ \\t,]*+|$))++");

    static EntityTag of(RawJson json) {
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(json.hash(), BYTES));
        return new EntityTag('"' + text + '"', false);
    }

    /** The tags of a list such as {@code "a", W/"b"}, which has one at least; none when it is no list. */
    static List<EntityTag> parse(String list) {
        if (!LIST.matcher(list).matches()) {
            return List.of();
        }
        Matcher tags = TAG.matcher(list);
        return tags.results()
                .map(tag -> new EntityTag(tag.group(2), tag.group(1) != null))
                .toList();
    }

    /** That of the same representation, gzipped. */
    EntityTag gzipped() {
        return new EntityTag(text.substring(0, text.length() - 1) + Compression.SUFFIX + '"', weak);
    }

    /** The comparison that If-Match wants. */
    boolean matchesStrongly(EntityTag other) {
        return !weak && !other.weak && matchesWeakly(other);
    }

    /** The comparison that If-None-Match wants. Gzipped or not, it is the same to who has it, or writes over it. */
    boolean matchesWeakly(EntityTag other) {
        return text.equals(other.text)
                || text.equals(other.gzipped().text)
                || gzipped().text.equals(other.text);
    }
}
