package dev.quire.auth;

import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A refresh token. Nothing but presence is asked of it: what is none is not good. */
public record RefreshInput(
        @Schema(examples = "AAAAAAAAAAcW5vbnNlbnNl") @NotNull(message = "is required")
        String refreshToken) {

    @Override
    public String toString() {
        return "RefreshInput[]";
    }
}
