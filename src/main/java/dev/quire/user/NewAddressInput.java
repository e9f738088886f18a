package dev.quire.user;

import dev.quire.security.NewPassword;
import dev.quire.validation.PlainText;
import dev.quire.validation.Reference;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.DependentRequired;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A new address and its user: an existing user without an address, or a new user. */
@Schema(name = "AddressWithUser")
public record NewAddressInput(
        @Schema(minLength = 1, maxLength = 200, examples = "12 St James's Square")
        @NotNull(message = "is required")
        @PlainText(max = 200)
        String street,

        @Schema(minLength = 1, maxLength = 100, examples = "London")
        @NotNull(message = "is required")
        @PlainText(max = 100)
        String city,

        @Schema(minLength = 1, maxLength = 100, examples = "United Kingdom")
        @NotNull(message = "is required")
        @PlainText(max = 100)
        String country,

        @NotNull(message = "is required") @Valid Inhabitant user) {

    /** The {@code {id}} of an existing user, or the members of a new user. */
    @Schema(
            name = "Inhabitant",
            description = "{id} of a user that is there, or the members of a new one",
            examples = "{\"id\": 5}",
            minProperties = 1,
            maxProperties = 3,
            dependentRequired = {
                @DependentRequired(
                        name = "email",
                        requires = {"name", "password"}),
                @DependentRequired(
                        name = "name",
                        requires = {"email", "password"}),
                @DependentRequired(
                        name = "password",
                        requires = {"email", "name"})
            })
    public record Inhabitant(
            @Schema(minimum = "1", examples = "7") Long id,

            @Schema(maxLength = 254, format = "email", examples = "ada@example.org") @Email
            String email,

            @Schema(minLength = 1, maxLength = 100, examples = "Ada Lovelace") @PlainText(max = 100)
            String name,

            @Schema(
                    description = NewPassword.LENGTH,
                    minLength = 1,
                    format = "password",
                    examples = "correct horse battery staple")
            @NewPassword
            String password)
            implements Reference {

        @Override
        public Map<String, String> members() {
            var members = new HashMap<String, String>();
            members.put("email", email);
            members.put("name", name);
            members.put("password", password);
            return members;
        }

        @Override
        public String toString() {
            return "Inhabitant[" + id + ", " + email + "]";
        }
    }

    AddressInput address() {
        return new AddressInput(street, city, country);
    }

    /** Returns the new user of this address. */
    NewUserInput newUser() {
        return new NewUserInput(user.email, user.name, user.password, address());
    }
}
