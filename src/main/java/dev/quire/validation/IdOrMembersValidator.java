package dev.quire.validation;

import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import java.util.List;
import java.util.Map;

/** The validator of {@link IdOrMembers}, which names each missing and each superfluous member. */
public class IdOrMembersValidator implements ConstraintValidator<IdOrMembers, Reference> {
    @Override
    public boolean isValid(Reference reference, ConstraintValidatorContext context) {
        boolean told = reference.id() == null;
        List<String> wrong = reference.members().entrySet().stream()
                .filter(member -> (member.getValue() == null) == told)
                .map(Map.Entry::getKey)
                .toList();
        if (!wrong.isEmpty()) {
            context.disableDefaultConstraintViolation();
            wrong.forEach(member -> context.buildConstraintViolationWithTemplate(
                            told ? "is required unless there is an id" : "is not allowed beside an id")
                    .addPropertyNode(member)
                    .addConstraintViolation());
        }
        return wrong.isEmpty();
    }
}
