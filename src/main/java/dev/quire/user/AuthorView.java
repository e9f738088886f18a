package dev.quire.user;

import dev.quire.model.User;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What everyone may see of a user: never an email or an address. */
@Schema(name = "Author", description = "What everyone may see of a user")
public record AuthorView(
        @Schema(required = true, minimum = "1", examples = "7")
        long id,

        @Schema(required = true, examples = "Ada Lovelace") String name)
        implements Person {

    /** The view of a user, null for none. */
    public static AuthorView of(User user) {
        return user == null ? null : new AuthorView(user.id, user.name);
    }
}
