package dev.quire.auth;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The secret of an authenticator app. */
@Schema(name = "SecondFactor")
public record TotpView(
        @Schema(required = true, description = "In Base32, for an app into which it is typed")
        String secret,

        @Schema(required = true, description = "To be shown as a QR code", format = "uri")
        String uri) {

    @Override
    public String toString() {
        return "TotpView[]";
    }
}
