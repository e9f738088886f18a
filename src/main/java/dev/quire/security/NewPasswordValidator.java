package dev.quire.security;

import dev.quire.validation.PlainTextValidator;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import java.util.Optional;

/**
 * The validator of {@link NewPassword}. It does not check the strength, which takes too long for an event loop: see
 * {@link Passwords#hashNew}.
 */
public class NewPasswordValidator implements ConstraintValidator<NewPassword, String> {
    private static final String LENGTH = "must have " + NewPassword.MIN + " to " + NewPassword.MAX + " characters";

    @Override
    public boolean isValid(String value, ConstraintValidatorContext context) {
        Optional<String> violation = value == null ? Optional.empty() : violation(value);
        violation.ifPresent(message -> {
            context.disableDefaultConstraintViolation();
            context.buildConstraintViolationWithTemplate(message).addConstraintViolation();
        });
        return violation.isEmpty();
    }

    /** Returns the reason why a password may not be chosen; empty when it may. */
    private static Optional<String> violation(String value) {
        // The length is checked first, because normalization can take time quadratic in the length.
        if (Passwords.isTooLong(value)) {
            return Optional.of(LENGTH);
        }
        Optional<String> unreadable = PlainTextValidator.unreadable(value, false);
        if (unreadable.isPresent()) {
            return unreadable;
        }
        String password = Passwords.canonical(value);
        int length = password.codePointCount(0, password.length());
        if (length < NewPassword.MIN || length > NewPassword.MAX) {
            return Optional.of(LENGTH);
        }
        return Optional.empty();
    }
}
