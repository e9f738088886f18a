package dev.quire.post;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.quire.category.CategoryReference;
import dev.quire.json.NonNullIfPresent;
import dev.quire.model.Post;
import dev.quire.validation.PlainText;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A patched post that keeps its categories, except for some that are added and some that are removed. */
public record PostChangesInput(
        @Schema(minLength = 1, maxLength = 200, examples = "Notes on the Analytical Engine")
        @NotNull(message = "is required")
        @PlainText(max = 200)
        String title,

        @Schema(minLength = 1, maxLength = 100_000, examples = "It can do whatever we know how to order it to perform.")
        @NotNull(message = "is required")
        @PlainText(max = 100_000, lines = true)
        String content,

        @Valid Links categories) {

    /** The categories to add and to remove, or all that remain; a category to add and to remove is removed. */
    @Schema(
            name = "CategoryLinks",
            description =
                    "connect adds categories and disconnect takes some away; set, which stands alone, replaces them"
                            + " all, and so does an array in place of the object. Absent keeps them",
            examples = "{\"connect\": [{\"name\": \"Computing\"}]}")
    public record Links(
            @JsonDeserialize(using = NonNullIfPresent.class)
            @Size(max = Post.MAX_CATEGORIES, message = "must have at most {max} elements")
            List<@NotNull(message = "must not be null") @Valid CategoryReference> connect,

            @JsonDeserialize(using = NonNullIfPresent.class)
            @Size(max = Post.MAX_CATEGORIES, message = "must have at most {max} elements")
            List<@NotNull(message = "must not be null") @Valid CategoryReference> disconnect,

            @JsonDeserialize(using = NonNullIfPresent.class)
            @Size(max = Post.MAX_CATEGORIES, message = "must have at most {max} elements")
            List<@NotNull(message = "must not be null") @Valid CategoryReference> set) {

        public Links {
            // Null beside set alone, so that both can be told from set beside one of them.
            if (set == null || connect != null || disconnect != null) {
                connect = connect == null ? List.of() : connect;
                disconnect = disconnect == null ? List.of() : disconnect;
            }
        }
    }
}
