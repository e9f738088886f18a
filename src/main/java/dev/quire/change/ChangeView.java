package dev.quire.change;

import dev.quire.user.AddressView;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A change of a row: its present state, or its deletion. */
@Schema(name = "Change")
public record ChangeView(
        @Schema(required = true, ref = "ChangeKind") String kind,

        @Schema(minimum = "1", examples = "7", description = "The id of the row; absent for a link")
        Long id,

        @Schema(minimum = "1", examples = "7", description = "The post of a link")
        Long post,

        @Schema(minimum = "1", examples = "3", description = "The category of a link")
        Long category,

        @Schema(description = "Present and true if the row was deleted")
        Boolean deleted,

        Value value) {
    /** The members of a row, which depend on its kind. */
    @Schema(
            name = "ChangedRow",
            description =
                    "The members of the row: of a post id, title, content, author, createdAt and updatedAt; of a category"
                            + " and of an author id and name; of a comment id, content, author, post, createdAt and updatedAt; of a"
                            + " user those of User, with the id of createdBy; of a link none")
    public record Value(
            @Schema(minimum = "1", examples = "7") Long id,
            String title,
            String content,
            String name,
            String email,
            Boolean emailConfirmed,

            @Schema(nullable = true) String pendingEmail,

            Reference author,
            Reference post,

            @Schema(nullable = true) AddressView address,

            List<String> roles,

            @Schema(nullable = true) Reference createdBy,

            Instant createdAt,
            Instant updatedAt) {}

    /** A row by its id. */
    @Schema(name = "Reference")
    public record Reference(
            @Schema(required = true, minimum = "1", examples = "5")
            long id) {}
}
