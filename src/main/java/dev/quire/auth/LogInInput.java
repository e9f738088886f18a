package dev.quire.auth;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The credentials of a log-in. Only their presence is validated: an invalid email or password matches no user anyway. */
public record LogInInput(
        @Schema(examples = "grace@quire.example") @NotNull(message = "is required")
        String email,

        @Schema(format = "password", examples = "correct horse battery staple") @NotNull(message = "is required")
        String password,

        @Schema(
                nullable = true,
                maxLength = CompleteConfirmationInput.MAX_CODE,
                description =
                        "Needed after second-factor-required: a code of the authenticator app, or a recovery code")
        @Size(max = CompleteConfirmationInput.MAX_CODE, message = CompleteConfirmationInput.TOO_LONG)
        String code) {

    @Override
    public String toString() {
        return "LogInInput[" + email + "]";
    }
}
