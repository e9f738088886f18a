package dev.quire.password;

import com.nulabinc.zxcvbn.StandardDictionaries;
import dev.quire.text.TextValidator;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Holds {@link NewPassword}. */
public class NewPasswordValidator implements ConstraintValidator<NewPassword, String> {
    private static final String LENGTH = "must have " + NewPassword.MIN + " to " + NewPassword.MAX + " characters";
    private static final Set<String> COMMONEST = commonest();

    @Override
    public boolean isValid(String value, ConstraintValidatorContext context) {
        Optional<String> violation = value == null ? Optional.empty() : violation(value);
        violation.ifPresent(message -> {
            context.disableDefaultConstraintViolation();
            context.buildConstraintViolationWithTemplate(message).addConstraintViolation();
        });
        return violation.isEmpty();
    }

    /** Says why a password may not be chosen. */
    public static Optional<String> violation(String value) {
        // The length first: to normalize a long text can take the square of its length.
        if (Passwords.isTooLong(value)) {
            return Optional.of(LENGTH);
        }
        Optional<String> unreadable = TextValidator.unreadable(value, false);
        if (unreadable.isPresent()) {
            return unreadable;
        }
        String password = Passwords.canonical(value);
        int length = password.codePointCount(0, password.length());
        if (length < NewPassword.MIN || length > NewPassword.MAX) {
            return Optional.of(LENGTH);
        }
        if (COMMONEST.contains(password.toLowerCase(Locale.ROOT))) {
            return Optional.of("is one of the commonest passwords");
        }
        return Optional.empty();
    }

    private static Set<String> commonest() {
        try {
            return StandardDictionaries.PASSWORDS_LOADER.load().getFrequencies().stream()
                    .filter(password -> password.length() >= NewPassword.MIN)
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
