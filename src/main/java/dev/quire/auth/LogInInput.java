package dev.quire.auth;

import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Who logs in. Nothing but presence is asked of it: what is no email or no password is no match either. */
public record LogInInput(
        @Schema(examples = "ada@example.org") @NotNull(message = "is required")
        String email,

        @Schema(format = "password", examples = "correct horse battery staple") @NotNull(message = "is required")
        String password) {

    @Override
    public String toString() {
        return "LogInInput[" + email + "]";
    }
}
