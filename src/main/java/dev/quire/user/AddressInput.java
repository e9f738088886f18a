package dev.quire.user;

import dev.quire.model.Address;
import dev.quire.validation.PlainText;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** An address as written by its user. */
public record AddressInput(
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
        String country) {

    static AddressInput of(Address address) {
        return address == null ? null : new AddressInput(address.street, address.city, address.country);
    }

    /** Returns a new address with these values; null for null. */
    static Address toAddress(AddressInput input) {
        if (input == null) {
            return null;
        }
        var address = new Address();
        address.street = input.street;
        address.city = input.city;
        address.country = input.country;
        return address;
    }
}
