package dev.quire.validation;

import dev.quire.problem.Violation.Code;
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
            Fault fault = told
                    ? new Fault(Code.REQUIRED, "is required unless there is an id")
                    : new Fault(Code.NOT_ALLOWED, "is not allowed beside an id");
            wrong.forEach(member -> fault.report(context, member));
        }
        return wrong.isEmpty();
    }
}
