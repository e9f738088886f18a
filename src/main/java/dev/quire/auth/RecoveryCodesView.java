package dev.quire.auth;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The codes that take the place of those of an authenticator app that is lost, each once. */
@Schema(name = "RecoveryCodes")
public record RecoveryCodesView(
        @Schema(required = true, description = "They are shown now and never again", minItems = 10, maxItems = 10)
        List<String> recoveryCodes) {

    @Override
    public String toString() {
        return "RecoveryCodesView[]";
    }
}
