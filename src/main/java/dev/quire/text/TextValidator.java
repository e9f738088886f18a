package dev.quire.text;

import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import java.util.Optional;

/** Holds {@link Text}. */
public class TextValidator implements ConstraintValidator<Text, String> {
    private int max;
    private boolean lines;

    @Override
    public void initialize(Text text) {
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
        if (value.codePoints().allMatch(c -> Character.isWhitespace(c) || Character.isSpaceChar(c))) {
            return Optional.of("must not be blank");
        }
        return unreadable(value, lines);
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
