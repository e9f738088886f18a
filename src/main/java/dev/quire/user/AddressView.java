package dev.quire.user;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The address of a user. */
@Schema(name = "Address")
public record AddressView(
        @Schema(required = true, minimum = "1", examples = "3")
        long id,

        @Schema(required = true, examples = "12 St James's Square")
        String street,

        @Schema(required = true, examples = "London") String city,

        @Schema(required = true, examples = "United Kingdom")
        String country) {}
