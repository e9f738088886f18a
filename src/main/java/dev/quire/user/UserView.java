package dev.quire.user;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.quire.security.Caller;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The view of users for themselves, and of all users for admins. */
@Schema(name = "User", description = "What users see of themselves, and admins of everyone")
public record UserView(
        @Schema(required = true, minimum = "1", examples = "7")
        long id,

        @Schema(required = true, examples = "ada@example.org")
        String email,

        @Schema(required = true, description = "Whether the user has proved that the email is theirs")
        boolean emailConfirmed,

        @Schema(
                required = true,
                nullable = true,
                description = "The email that takes the place of the current one when it is confirmed",
                examples = "ada@quire.example")
        String pendingEmail,

        @Schema(required = true, examples = "Ada Lovelace") String name,
        @Schema(required = true, nullable = true) AddressView address,
        @Schema(required = true, examples = "[\"user\"]") List<Role> roles,

        @Schema(required = true, nullable = true, description = "The admin who made the account")
        AuthorView createdBy,

        @Schema(required = true, examples = "2026-01-31T12:00:00.123456Z")
        Instant createdAt,

        @Schema(required = true, examples = "2026-01-31T12:00:00.123456Z")
        Instant updatedAt) {
    /** A role of a user. */
    enum Role {
        @JsonProperty(Caller.USER)
        USER,
        @JsonProperty(Caller.ADMIN)
        ADMIN
    }

    /** The role that every user has. */
    @Schema(constValue = Caller.USER)
    interface EveryRole {}
}
