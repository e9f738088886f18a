package dev.quire.validation;

import dev.quire.problem.Violation.Code;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import java.util.Optional;
import java.util.regex.Pattern;

/** The validator of {@link PlainText}. */
public class PlainTextValidator implements ConstraintValidator<PlainText, String> {
    /**
     * A run of more combining marks than UAX #15 allows in a stream-safe text. NFKC turns the sound marks of halfwidth
     * Katakana into combining marks, and a code point unassigned in this version of Java may be one in PostgreSQL.
     */
    private static final Pattern MARKS = Pattern.compile("[\\p{M}\\p{Cn}\\x{ff9e}\\x{ff9f}]{31}");

    private int max;
    private boolean lines;
    private boolean trimmed;

    @Override
    public void initialize(PlainText text) {
        max = text.max();
        lines = text.lines();
        trimmed = text.trimmed();
    }

    @Override
    public boolean isValid(String value, ConstraintValidatorContext context) {
        Optional<Fault> fault = value == null ? Optional.empty() : fault(trimmed ? Blanks.trim(value) : value);
        fault.ifPresent(found -> found.report(context));
        return fault.isEmpty();
    }

    private Optional<Fault> fault(String value) {
        // The length first, so that nothing else is done with a text that is too long. A code point has two chars at
        // most.
        if (value.length() > 2 * max || value.codePointCount(0, value.length()) > max) {
            return Optional.of(new Fault(Code.TOO_LONG, "must have at most " + max + " characters"));
        }
        if (Blanks.isBlank(value)) {
            return Optional.of(new Fault(Code.BLANK, "must not be blank"));
        }
        if (!lines && value.codePoints().anyMatch(PlainTextValidator::turnsText)) {
            return Optional.of(
                    new Fault(Code.INVALID_CHARACTERS, "must not have characters that change the direction of text"));
        }
        // PostgreSQL takes quadratic time to normalize combining marks, and cannot be stopped in the meantime.
        if (MARKS.matcher(Blanks.withoutIgnored(value)).find()) {
            return Optional.of(
                    new Fault(Code.INVALID_CHARACTERS, "must not have more than 30 combining marks in a row"));
        }
        return unreadable(value, lines);
    }

    /**
     * Returns whether a character embeds, overrides or isolates a text direction (UAX #9, section 2), which also affects the
     * text beside it.
     */
    private static boolean turnsText(int character) {
        return character >= 0x202a && character <= 0x202e || character >= 0x2066 && character <= 0x2069;
    }

    /** Returns the error of characters that are unreadable as such: control characters, and halves of a surrogate pair. */
    public static Optional<Fault> unreadable(String value, boolean lines) {
        if (value.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            return Optional.of(new Fault(Code.INVALID_CHARACTERS, "must be well-formed Unicode"));
        }
        if (value.codePoints()
                .anyMatch(c -> Character.isISOControl(c) && !(lines && (c == '\n' || c == '\r' || c == '\t')))) {
            return Optional.of(new Fault(Code.INVALID_CHARACTERS, "must not have control characters"));
        }
        return Optional.empty();
    }
}
