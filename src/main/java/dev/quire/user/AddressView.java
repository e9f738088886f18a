package dev.quire.user;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.quire.model.Address;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Where a user lives. */
@Schema(name = "Address")
public record AddressView(
        @Schema(required = true, minimum = "1", examples = "3")
        long id,

        @Schema(required = true, examples = "12 St James's Square")
        String street,

        @Schema(required = true, examples = "London") String city,

        @Schema(required = true, examples = "United Kingdom")
        String country,

        @Schema(description = "With include=user: who lives there") @JsonInclude(JsonInclude.Include.NON_NULL)
        AuthorView user) {

    /** The view of an address without its user, null for none. */
    public static AddressView of(Address address) {
        return address == null
                ? null
                : new AddressView(address.id, address.street, address.city, address.country, null);
    }

    /** The same with the user, read from the inverse side. */
    static AddressView withUser(Address address) {
        return new AddressView(address.id, address.street, address.city, address.country, AuthorView.of(address.user));
    }
}
