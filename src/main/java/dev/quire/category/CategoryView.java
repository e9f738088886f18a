package dev.quire.category;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The public view of a category. */
@Schema(name = "Category")
public record CategoryView(
        @Schema(required = true, minimum = "1", examples = "7")
        long id,

        @Schema(required = true, examples = "Java") String name) {}
