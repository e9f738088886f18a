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
        @NotNull(message = "is required") @PlainText(max = 200)
        String title,

        @NotNull(message = "is required") @PlainText(max = 100_000, lines = true)
        String content,

        @Valid Links categories) {

    /** The categories to add and to remove; a category in both lists is removed. */
    @Schema(name = "CategoryLinks", description = "Add some categories, take some away, leave the others")
    public record Links(
            @JsonDeserialize(using = NonNullIfPresent.class)
            @Size(max = Post.MAX_CATEGORIES, message = "must have at most {max} elements")
            List<@NotNull(message = "must not be null") @Valid CategoryReference> connect,

            @JsonDeserialize(using = NonNullIfPresent.class)
            @Size(max = Post.MAX_CATEGORIES, message = "must have at most {max} elements")
            List<@NotNull(message = "must not be null") @Valid CategoryReference> disconnect) {

        public Links {
            connect = connect == null ? List.of() : connect;
            disconnect = disconnect == null ? List.of() : disconnect;
        }
    }
}
