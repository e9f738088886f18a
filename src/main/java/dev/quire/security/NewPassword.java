package dev.quire.security;

import static java.lang.annotation.ElementType.FIELD;
import static java.lang.annotation.ElementType.PARAMETER;
import static java.lang.annotation.ElementType.TYPE_USE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * A constraint on new passwords: {@value #MIN} to {@value #MAX} characters, counted as code points after NFKC. Null is
 * valid.
 */
@Target({FIELD, PARAMETER, TYPE_USE})
@Retention(RUNTIME)
@Constraint(validatedBy = NewPasswordValidator.class)
public @interface NewPassword {
    int MIN = 8;
    int MAX = 256;

    /** The description in the OpenAPI document, because the length limits of a schema would count before NFKC. */
    String LENGTH = MIN + " to " + MAX + " characters after normalization (NFKC), and not too easy to guess";

    String message() default "must be a password";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};
}
