package dev.quire.auth;

import dev.quire.json.RawJson;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirements;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The endpoint for the public keys with which other services verify access tokens. */
@Path("/.well-known/jwks.json")
@Tag(name = "Authentication")
@Produces(MediaType.APPLICATION_JSON)
public class KeySetResource {
    /** The time that clients may cache the keys, in seconds. A new key must be published for that long before it signs. */
    private static final int CACHED_SECONDS = 300;

    private final Keys keys;

    KeySetResource(Keys keys) {
        this.keys = keys;
    }

    @GET
    @PermitAll
    @Operation(
            operationId = "getKeys",
            summary = "The public keys that verify access tokens, a JSON Web Key Set",
            description =
                    "For services that verify tokens themselves (RFC 7517); each key has the kid that tokens name. A new key is there before it signs.")
    @SecurityRequirements
    @APIResponseSchema(KeySetView.class)
    public RestResponse<RawJson> keys() {
        return RestResponse.ResponseBuilder.ok(new RawJson(keys.publicKeys()))
                .header(HttpHeaders.CACHE_CONTROL, "public, max-age=" + CACHED_SECONDS)
                .build();
    }
}
