package dev.quire.auth;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A code of an authenticator app, or a recovery code. */
@Schema(name = "SecondFactorCode")
public record TotpInput(
        @Schema(maxLength = CompleteConfirmationInput.MAX_CODE, examples = "287082")
        @NotNull(message = "is required")
        @Size(max = CompleteConfirmationInput.MAX_CODE, message = CompleteConfirmationInput.TOO_LONG)
        String code) {

    @Override
    public String toString() {
        return "TotpInput[]";
    }
}
