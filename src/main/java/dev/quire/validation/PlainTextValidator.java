package dev.quire.validation;

import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import java.util.Optional;
import java.util.regex.Pattern;

/** Holds {@link PlainText}. */
public class PlainTextValidator implements ConstraintValidator<PlainText, String> {
    /**
     * More than UAX #15 lets a stream-safe text have. The sound marks of halfwidth Katakana become some by NFKC, and what is not
     * assigned in this Java may be one in PostgreSQL.
     */
    private static final Pattern MARKS = Pattern.compile("[\\p{M}\\p{Cn}\\x{ff9e}\\x{ff9f}]{31}");

    private int max;
    private boolean lines;

    @Override
    public void initialize(PlainText text) {
        max = text.max();
        lines = text.lines();
    }

    @Override
    public boolean isValid(String value, ConstraintValidatorContext context) {
        Optional<String> violation = value == null ? Optional.empty() : violation(value);
        violation.ifPresent(message -> {
            context.disableDefaultConstraintViolation();
            context.buildConstraintViolationWithTemplate(message).addConstraintViolation();
        });
        return violation.isEmpty();
    }

    private Optional<String> violation(String value) {
        // The length first: nothing else is done with what is too long. A code point has two chars at most.
        if (value.length() > 2 * max || value.codePointCount(0, value.length()) > max) {
            return Optional.of("must have at most " + max + " characters");
        }
        if (Blanks.isBlank(value)) {
            return Optional.of("must not be blank");
        }
        if (!lines && value.codePoints().anyMatch(PlainTextValidator::turnsText)) {
            return Optional.of("must not have characters that change the direction of text");
        }
        // PostgreSQL takes the square of their number to normalize them, and can't be stopped meanwhile.
        if (MARKS.matcher(Blanks.withoutIgnored(value)).find()) {
            return Optional.of("must not have more than 30 combining marks in a row");
        }
        return unreadable(value, lines);
    }

    /** Returns whether a character embeds, overrides or isolates a direction (UAX #9, section 2), also of what is beside it. */
    private static boolean turnsText(int character) {
        return character >= 0x202a && character <= 0x202e || character >= 0x2066 && character <= 0x2069;
    }

    /** What is wrong with the characters as such: control characters, and halves of a surrogate pair. */
    public static Optional<String> unreadable(String value, boolean lines) {
        if (value.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            return Optional.of("must be well-formed Unicode");
        }
        if (value.codePoints()
                .anyMatch(c -> Character.isISOControl(c) && !(lines && (c == '\n' || c == '\r' || c == '\t')))) {
            return Optional.of("must not have control characters");
        }
        return Optional.empty();
    }
}
