package dev.quire.user;

import dev.quire.model.User;
import dev.quire.validation.PlainText;
import io.smallrye.mutiny.Uni;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The members of a user that can be changed. */
public record UserInput(
        @Schema(maxLength = 254, format = "email", examples = "ada@quire.example")
        @NotNull(message = "is required")
        @Email
        String email,

        @Schema(minLength = 1, maxLength = 100, examples = "Ada King")
        @NotNull(message = "is required")
        @PlainText(max = 100)
        String name,

        @Schema(
                nullable = true,
                description = "Absent keeps the address; null deletes it, as DELETE /users/{id}/address does")
        @Valid
        AddressInput address) {

    static UserInput of(User user) {
        return new UserInput(user.email, user.name, AddressInput.of(user.address));
    }

    /** Changes all but the email, which may have to be confirmed first. */
    Uni<?> applyTo(User user) {
        user.name = name;
        return user.moveTo(AddressInput.toAddress(address));
    }
}
