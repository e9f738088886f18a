package dev.quire.auth;

import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A refresh token. Only its presence is validated, because a malformed token is rejected as invalid anyway. */
public record RefreshInput(
        @Schema(examples = "AAAAAAAAAAcW5vbnNlbnNl") @NotNull(message = "is required")
        String refreshToken) {

    @Override
    public String toString() {
        return "RefreshInput[]";
    }
}
