package dev.quire.comment;

import dev.quire.model.Comment;
import dev.quire.validation.PlainText;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A comment as written by its author. */
public record CommentInput(
        @Schema(minLength = 1, maxLength = Comment.MAX_CONTENT, examples = "It weaves algebraic patterns, too.")
        @NotNull(message = "is required")
        @PlainText(max = Comment.MAX_CONTENT, lines = true)
        String content) {}
