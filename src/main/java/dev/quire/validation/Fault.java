package dev.quire.validation;

import dev.quire.problem.Violation;
import jakarta.validation.ConstraintValidatorContext;
import org.hibernate.validator.constraintvalidation.HibernateConstraintValidatorContext;

/** A fault that a validator has found, with the code that programs rely on. */
public record Fault(Violation.Code code, String detail) {
    /** Reports this in place of the message of the constraint. */
    public void report(ConstraintValidatorContext context) {
        context.disableDefaultConstraintViolation();
        context.unwrap(HibernateConstraintValidatorContext.class)
                .withDynamicPayload(code)
                .buildConstraintViolationWithTemplate(detail)
                .addConstraintViolation();
    }

    /** Reports this for a member of the value. */
    void report(ConstraintValidatorContext context, String member) {
        context.disableDefaultConstraintViolation();
        context.unwrap(HibernateConstraintValidatorContext.class)
                .withDynamicPayload(code)
                .buildConstraintViolationWithTemplate(detail)
                .addPropertyNode(member)
                .addConstraintViolation();
    }
}
