package dev.quire.category;

import dev.quire.model.Category;
import dev.quire.validation.Blanks;
import dev.quire.validation.PlainText;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A category as entered; white space around the name is removed. */
public record CategoryInput(
        @Schema(description = CategoryInput.LENGTH, minLength = 1, examples = "Java")
        @NotNull(message = "is required")
        @PlainText(max = 50)
        String name) {

    /** The limit as a text for the OpenAPI document, where {@code maxLength} would count the white space that is trimmed. */
    static final String LENGTH = "At most 50 characters, without counting white space around it";

    public CategoryInput {
        name = Blanks.trim(name);
    }

    static CategoryInput of(Category category) {
        return new CategoryInput(category.name);
    }
}
