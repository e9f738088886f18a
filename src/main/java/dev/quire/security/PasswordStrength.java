package dev.quire.security;

import com.nulabinc.zxcvbn.StandardDictionaries;
import com.nulabinc.zxcvbn.StandardKeyboards;
import com.nulabinc.zxcvbn.Zxcvbn;
import com.nulabinc.zxcvbn.ZxcvbnBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The strength of passwords: the number of guesses that find a password, estimated by zxcvbn (Wheeler, USENIX Security
 * 2016). An estimate takes milliseconds, so it must not run on an event loop.
 */
final class PasswordStrength {
    /** The minimum number of guesses. It is out of reach for guessing by log-ins, which are rate limited. */
    private static final double MIN_GUESSES = 1_000_000;

    /**
     * The maximum length that is estimated, in characters. The time grows with the power of the length where characters look
     * like others, to seconds for a hundred characters. Repetitions are removed from a longer password, and then its
     * beginning or its end must be strong enough.
     */
    private static final int MAX_ESTIMATED = 20;

    /** The minimum length of a part of a name, in characters. Shorter parts occur in many words. */
    private static final int MIN_PART = 3;

    private static final Pattern REPEATED = Pattern.compile("(.+?)\\1+");
    private static final Pattern SEPARATORS = Pattern.compile("[^\\p{L}\\p{N}]+");

    /** The estimator, with the dictionary of common passwords only: all dictionaries take 10 MiB. */
    private static final Zxcvbn ESTIMATOR = estimator();

    private PasswordStrength() {}

    private static Zxcvbn estimator() {
        try {
            return new ZxcvbnBuilder()
                    .dictionary(StandardDictionaries.PASSWORDS_LOADER.load())
                    .keyboards(StandardKeyboards.loadAllKeyboards())
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns whether a password is too easy to guess.
     *
     * @param known the facts that others know about the user, such as the email and the name
     */
    static boolean isWeak(String password, Collection<String> known) {
        Set<String> parts = parts(known);
        String rest = password;
        for (String part : parts) {
            rest = Pattern.compile(Pattern.quote(part), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
                    .matcher(rest)
                    .replaceAll("");
        }
        if (rest.length() > MAX_ESTIMATED) {
            rest = REPEATED.matcher(rest).replaceAll("$1");
        }
        String begin = rest.substring(0, Math.min(MAX_ESTIMATED, rest.length()));
        String end = rest.substring(Math.max(0, rest.length() - MAX_ESTIMATED));
        return isEasy(begin, parts) && (begin.length() == rest.length() || isEasy(end, parts));
    }

    private static boolean isEasy(String part, Set<String> known) {
        return ESTIMATOR.measure(part, List.copyOf(known)).getGuesses() < MIN_GUESSES;
    }

    /** Returns the known texts and the words in them. */
    private static Set<String> parts(Collection<String> known) {
        var parts = new LinkedHashSet<>(known);
        for (String text : known) {
            for (String word : SEPARATORS.split(text)) {
                if (word.length() >= MIN_PART) {
                    parts.add(word);
                }
            }
        }
        return parts;
    }
}
