package dev.quire.post;

import dev.quire.category.CategoryView;
import dev.quire.user.AuthorView;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A post with its author and its categories, sorted by name. */
@Schema(name = "Post")
public record PostView(
        @Schema(required = true, minimum = "1", examples = "42")
        long id,

        @Schema(required = true, examples = "Notes on the Analytical Engine")
        String title,

        @Schema(required = true, examples = "It can do whatever we know how to order it to perform.")
        String content,

        @Schema(required = true) AuthorView author,
        @Schema(required = true) List<CategoryView> categories,

        @Schema(required = true, examples = "2026-01-31T12:00:00.123456Z")
        Instant createdAt,

        @Schema(required = true, examples = "2026-01-31T12:00:00.123456Z")
        Instant updatedAt) {}
