package dev.quire.post;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.quire.category.CategoryReference;
import dev.quire.json.NonNullIfPresent;
import dev.quire.model.Post;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The categories to add and to remove, or all that remain; a category to add and to remove is removed. */
@Schema(
        name = "CategoryLinks",
        description = "connect adds categories and disconnect takes some away; set, which stands alone, replaces them"
                + " all, and so does an array in place of the object. Absent keeps them",
        examples = "{\"connect\": [{\"name\": \"Computing\"}]}")
public record CategoryLinksInput(
        @JsonDeserialize(using = NonNullIfPresent.class)
        @Size(max = Post.MAX_CATEGORIES, message = "must have at most {max} elements")
        List<@NotNull(message = "must not be null") @Valid CategoryReference> connect,

        @JsonDeserialize(using = NonNullIfPresent.class)
        @Size(max = Post.MAX_CATEGORIES, message = "must have at most {max} elements")
        List<@NotNull(message = "must not be null") @Valid CategoryReference> disconnect,

        @JsonDeserialize(using = NonNullIfPresent.class)
        @Size(max = Post.MAX_CATEGORIES, message = "must have at most {max} elements")
        List<@NotNull(message = "must not be null") @Valid CategoryReference> set) {

    public CategoryLinksInput {
        // Null beside set alone, so that both can be told from set beside one of them.
        if (set == null || connect != null || disconnect != null) {
            connect = connect == null ? List.of() : connect;
            disconnect = disconnect == null ? List.of() : disconnect;
        }
    }
}
