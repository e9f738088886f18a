package dev.quire.category;

import dev.quire.model.Category;
import dev.quire.validation.Blanks;
import dev.quire.validation.PlainText;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A category as it is written; spaces around the name do not count. */
public record CategoryInput(
        @Schema(description = CategoryInput.LENGTH, minLength = 1, examples = "Java")
        @NotNull(message = "is required")
        @PlainText(max = 50)
        String name) {

    /** For the OpenAPI document, whose limit would count before it is trimmed. */
    static final String LENGTH = "At most 50 characters, without counting white space around it";

    public CategoryInput {
        name = Blanks.trim(name);
    }

    static CategoryInput of(Category category) {
        return new CategoryInput(category.name);
    }
}
