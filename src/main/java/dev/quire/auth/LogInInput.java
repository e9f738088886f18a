package dev.quire.auth;

import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The credentials of a log-in. Only their presence is validated: an invalid email or password matches no user anyway. */
public record LogInInput(
        @Schema(examples = "grace@quire.example") @NotNull(message = "is required")
        String email,

        @Schema(format = "password", examples = "correct horse battery staple") @NotNull(message = "is required")
        String password) {

    @Override
    public String toString() {
        return "LogInInput[" + email + "]";
    }
}
