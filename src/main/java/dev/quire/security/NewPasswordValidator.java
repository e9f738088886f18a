package dev.quire.security;

import dev.quire.problem.Violation.Code;
import dev.quire.validation.Fault;
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
        Optional<Fault> fault = value == null ? Optional.empty() : fault(value);
        fault.ifPresent(found -> found.report(context));
        return fault.isEmpty();
    }

    /** Returns the reason why a password may not be chosen; empty when it may. */
    private static Optional<Fault> fault(String value) {
        // The length is checked first, because normalization can take time quadratic in the length.
        if (Passwords.isTooLong(value)) {
            return Optional.of(new Fault(Code.TOO_LONG, LENGTH));
        }
        Optional<Fault> unreadable = PlainTextValidator.unreadable(value, false);
        if (unreadable.isPresent()) {
            return unreadable;
        }
        String password = Passwords.canonical(value);
        int length = password.codePointCount(0, password.length());
        if (length < NewPassword.MIN || length > NewPassword.MAX) {
            return Optional.of(new Fault(length < NewPassword.MIN ? Code.TOO_SHORT : Code.TOO_LONG, LENGTH));
        }
        return Optional.empty();
    }
}
