package dev.quire.category;

import dev.quire.model.Category;
import dev.quire.text.Text;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A category as it is written; spaces around the name do not count. */
public record CategoryInput(
        @Schema(minLength = 1, maxLength = 50, examples = "Java") @NotNull(message = "is required") @Text(max = 50)
        String name) {

    public CategoryInput {
        name = name == null ? null : name.strip();
    }

    static CategoryInput of(Category category) {
        return new CategoryInput(category.name);
    }
}
