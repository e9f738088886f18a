package dev.quire.validation;

import static java.lang.annotation.ElementType.FIELD;
import static java.lang.annotation.ElementType.PARAMETER;
import static java.lang.annotation.ElementType.TYPE_USE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * A text that a person can read and PostgreSQL can store: not blank, without control characters, and with a maximum number
 * of characters. They are counted as Unicode code points, like in PostgreSQL and JSON Schema. Null is valid.
 */
@Target({FIELD, PARAMETER, TYPE_USE})
@Retention(RUNTIME)
@Constraint(validatedBy = PlainTextValidator.class)
public @interface PlainText {
    /** The maximum length, in code points. */
    int max();

    /** True if line breaks and tabs are allowed. */
    boolean lines() default false;

    /** True if white space around the text is not part of it. */
    boolean trimmed() default false;

    String message() default "must be text";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};
}
