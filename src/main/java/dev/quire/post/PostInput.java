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

/** A post as written by its author. */
public record PostInput(
        @Schema(minLength = 1, maxLength = 200, examples = "Notes on the Analytical Engine")
        @NotNull(message = "is required")
        @PlainText(max = 200)
        String title,

        @Schema(minLength = 1, maxLength = 100_000, examples = "It can do whatever we know how to order it to perform.")
        @NotNull(message = "is required")
        @PlainText(max = 100_000, lines = true)
        String content,

        @Schema(description = "Absent keeps the categories, [] removes them all")
        @JsonDeserialize(using = NonNullIfPresent.class)
        @Size(max = Post.MAX_CATEGORIES, message = "must have at most {max} elements")
        List<@NotNull(message = "must not be null") @Valid CategoryReference> categories) {

    /** Returns the input that would change nothing. */
    static PostInput of(Post post) {
        return new PostInput(post.title, post.content, null);
    }

    /** Writes all members into a post, except for the categories. */
    Post writeTo(Post post) {
        post.title = title;
        post.content = content;
        return post;
    }
}
