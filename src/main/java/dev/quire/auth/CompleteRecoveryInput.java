package dev.quire.auth;

import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.Violation.Code;
import dev.quire.security.NewPassword;
import dev.quire.user.Email;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.DependentRequired;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A new password, and the token that was mailed, or the code and the email that it was mailed to. */
@Schema(
        name = "CompletedRecovery",
        description = "Either the token, or the email and the code",
        dependentRequired = {
            @DependentRequired(
                    name = "email",
                    requires = {"code"}),
            @DependentRequired(
                    name = "code",
                    requires = {"email"})
        })
public record CompleteRecoveryInput(
        @Schema(
                maxLength = CompleteConfirmationInput.MAX_TOKEN,
                description = "What is behind the # of the link",
                examples = CompleteConfirmationInput.EXAMPLE)
        @Size(max = CompleteConfirmationInput.MAX_TOKEN, message = CompleteConfirmationInput.TOO_LONG)
        String token,

        @Schema(maxLength = Email.MAX, format = "email", examples = "ada@quire.example") @Email
        String email,

        @Schema(maxLength = CompleteConfirmationInput.MAX_CODE, examples = "7KQ2 M4XP")
        @Size(max = CompleteConfirmationInput.MAX_CODE, message = CompleteConfirmationInput.TOO_LONG)
        String code,

        @Schema(
                description = NewPassword.LENGTH,
                minLength = 1,
                format = "password",
                examples = "a staple of horse batteries")
        @NotNull(message = "is required")
        @NewPassword
        String password) {

    /**
     * Requires either a token, or an email and a code.
     *
     * @throws UnprocessableEntity for anything else
     */
    void requireOne() {
        boolean byCode = email != null && code != null;
        if ((token == null) != byCode || token != null && (email != null || code != null)) {
            throw new UnprocessableEntity("", Code.REQUIRED, "must have either token, or email and code");
        }
    }

    @Override
    public String toString() {
        return "CompleteRecoveryInput[]";
    }
}
