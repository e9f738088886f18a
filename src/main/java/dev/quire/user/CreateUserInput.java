package dev.quire.user;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.quire.json.NonNullIfPresent;
import dev.quire.security.NewPassword;
import dev.quire.validation.PlainText;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A user that an admin creates. Without a password, the user is invited by mail to choose one. */
@Schema(name = "Invitation")
public record CreateUserInput(
        @Schema(maxLength = 254, format = "email", examples = "emmy@quire.example")
        @NotNull(message = "is required")
        @Email
        String email,

        @Schema(minLength = 1, maxLength = 100, examples = "Emmy Noether")
        @NotNull(message = "is required")
        @PlainText(max = 100)
        String name,

        @JsonDeserialize(using = NonNullIfPresent.class)
        @Schema(
                description = NewPassword.LENGTH + ". Without it, an invitation is mailed, if there is a mail server",
                minLength = 1,
                format = "password",
                examples = "invariant under every rotation")
        @NewPassword
        String password,

        @Schema(nullable = true) @Valid AddressInput address) {

    NewUserInput user() {
        return new NewUserInput(email, name, password, address);
    }

    @Override
    public String toString() {
        return "CreateUserInput[" + email + "]";
    }
}
