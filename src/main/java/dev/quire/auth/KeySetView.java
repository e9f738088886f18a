package dev.quire.auth;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A JSON Web Key Set (RFC 7517), for the OpenAPI document. */
@Schema(name = "KeySet", description = "A JSON Web Key Set, RFC 7517")
public record KeySetView(@Schema(required = true) List<KeyView> keys) {
    /** A public key. */
    @Schema(name = "Key")
    public record KeyView(
            @Schema(required = true, examples = "RSA") String kty,
            @Schema(required = true, examples = "2026-01") String kid,
            @Schema(required = true, examples = "sig") String use,
            @Schema(required = true, examples = "RS256") String alg,

            @Schema(required = true, description = "The modulus")
            String n,

            @Schema(required = true, description = "The exponent", examples = "AQAB")
            String e) {}
}
