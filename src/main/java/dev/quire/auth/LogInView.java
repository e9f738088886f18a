package dev.quire.auth;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.quire.user.UserView;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The tokens and their user. The members have the names of RFC 6749, in camel case. */
@Schema(name = "LogIn")
public record LogInView(
        @Schema(required = true, description = "A JWT, to be sent as Authorization: Bearer")
        String accessToken,

        @Schema(required = true, examples = "Bearer") String tokenType,

        @Schema(required = true, description = "Seconds that the token holds", examples = "900")
        long expiresIn,

        @Schema(required = true, description = "What gets the next tokens, once, at /authentication/refresh")
        String refreshToken,

        @Schema(required = true, implementation = UserView.class) @JsonRawValue
        String user) {

    @Override
    public String toString() {
        return "LogInView[" + tokenType + "]";
    }
}
