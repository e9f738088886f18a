package dev.quire.user;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The public view of a user, never with an email or an address. */
@Schema(name = "Author", description = "What everyone may see of a user")
public record AuthorView(
        @Schema(required = true, minimum = "1", examples = "7")
        long id,

        @Schema(required = true, examples = "Ada Lovelace") String name) {}
