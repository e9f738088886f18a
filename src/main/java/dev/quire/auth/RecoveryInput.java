package dev.quire.auth;

import dev.quire.user.Email;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The email of an account whose password was forgotten. */
@Schema(name = "Recovery")
public record RecoveryInput(
        @Schema(maxLength = Email.MAX, format = "email", examples = "ada@quire.example")
        @NotNull(message = "is required")
        @Email
        String email) {

    @Override
    public String toString() {
        return "RecoveryInput[]";
    }
}
