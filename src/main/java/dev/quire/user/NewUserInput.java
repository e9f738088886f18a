package dev.quire.user;

import dev.quire.security.NewPassword;
import dev.quire.validation.PlainText;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A user to be created. */
@Schema(name = "Registration")
public record NewUserInput(
        @Schema(maxLength = 254, format = "email", examples = "mary@quire.example")
        @NotNull(message = "is required")
        @Email
        String email,

        @Schema(minLength = 1, maxLength = 100, examples = "Mary Somerville")
        @NotNull(message = "is required")
        @PlainText(max = 100)
        String name,

        @Schema(
                description = NewPassword.LENGTH,
                minLength = 1,
                format = "password",
                examples = "correct horse battery staple")
        @NotNull(message = "is required")
        @NewPassword
        String password,

        @Schema(nullable = true) @Valid AddressInput address) {

    /** Returns data that others know about the user; a password must not be made of it. */
    public List<String> known() {
        return List.of(email, name);
    }

    @Override
    public String toString() {
        return "NewUserInput[" + email + "]";
    }
}
