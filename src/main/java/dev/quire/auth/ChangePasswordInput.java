package dev.quire.auth;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.quire.security.NewPassword;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The current and the new password. */
public record ChangePasswordInput(
        @Schema(format = "password", examples = "correct horse battery staple") @NotNull(message = "is required")
        String current,

        @JsonProperty("new")
        @Schema(
                description = NewPassword.LENGTH,
                minLength = 1,
                format = "password",
                examples = "a staple of horse batteries")
        @NotNull(message = "is required")
        @NewPassword
        String replacement) {

    @Override
    public String toString() {
        return "ChangePasswordInput[]";
    }
}
