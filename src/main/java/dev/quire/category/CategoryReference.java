package dev.quire.category;

import dev.quire.validation.Blanks;
import dev.quire.validation.PlainText;
import dev.quire.validation.Reference;
import java.util.Collections;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A reference to a category: {@code {id}} of an existing category, or {@code {name}}, created if it does not exist. */
@Schema(
        description = "{id} of a category that is there, or {name}: that category, made if it is not there",
        examples = "{\"name\": \"Computing\"}",
        minProperties = 1,
        maxProperties = 1)
public record CategoryReference(
        @Schema(minimum = "1", examples = "7") Long id,

        @Schema(description = CategoryInput.LENGTH, minLength = 1, examples = "Java") @PlainText(max = 50)
        String name)
        implements Reference {

    public CategoryReference {
        name = Blanks.trim(name);
    }

    @Override
    public Map<String, String> members() {
        return Collections.singletonMap("name", name);
    }
}
