package dev.quire.comment;

import dev.quire.user.AuthorView;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A comment with its author. */
@Schema(name = "Comment")
public record CommentView(
        @Schema(required = true, minimum = "1", examples = "3")
        long id,

        @Schema(required = true, examples = "It weaves algebraic patterns, too.")
        String content,

        @Schema(required = true) AuthorView author,

        @Schema(required = true, examples = "2026-01-31T12:00:00.123456Z")
        Instant createdAt,

        @Schema(required = true, examples = "2026-01-31T12:00:00.123456Z")
        Instant updatedAt) {}
