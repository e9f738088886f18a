package dev.quire.validation;

import static java.lang.annotation.ElementType.TYPE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/** A {@link Reference} with either its id alone or all of its other members. */
@Target(TYPE)
@Retention(RUNTIME)
@Constraint(validatedBy = IdOrMembersValidator.class)
@interface IdOrMembers {
    String message() default "must have an id or the other members";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};
}
