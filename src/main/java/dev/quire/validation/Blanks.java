package dev.quire.validation;

import java.util.regex.Pattern;

/**
 * White space and invisible characters. The function {@code fold} of the database schema, which defines equal names, has the
 * same sets of characters; a test compares them for every code point.
 */
public final class Blanks {
    /** The white space of Unicode, and the Braille pattern without a dot. */
    private static final String SPACES = "\\p{IsWhite_Space}\\x{2800}";

    /** The Unicode property Default_Ignorable_Code_Point, which Java does not support. */
    private static final String IGNORABLES =
            "\\x{ad}\\x{34f}\\x{61c}\\x{115f}\\x{1160}\\x{17b4}\\x{17b5}\\x{180b}-\\x{180f}"
                    + "\\x{200b}-\\x{200f}\\x{202a}-\\x{202e}\\x{2060}-\\x{206f}\\x{3164}\\x{fe00}-\\x{fe0f}\\x{feff}\\x{ffa0}"
                    + "\\x{fff0}-\\x{fff8}\\x{1bca0}-\\x{1bca3}\\x{1d173}-\\x{1d17a}\\x{e0000}-\\x{e0fff}";

    private static final Pattern VISIBLE = Pattern.compile("[^" + SPACES + IGNORABLES + "]");
    private static final Pattern IGNORED = Pattern.compile("[" + IGNORABLES + "]+");
    private static final Pattern AROUND =
            Pattern.compile("^[" + SPACES + "]++|(?<![" + SPACES + "])[" + SPACES + "]++$");

    private Blanks() {}

    /** Returns whether a text has no visible character. */
    static boolean isBlank(String text) {
        return !VISIBLE.matcher(text).find();
    }

    /** Returns a text without its invisible characters, but with its spaces. */
    static String withoutIgnored(String text) {
        return IGNORED.matcher(text).replaceAll("");
    }

    /** Returns a text without any kind of white space around it; null for null. */
    public static String trim(String text) {
        return text == null ? null : AROUND.matcher(text).replaceAll("");
    }
}
