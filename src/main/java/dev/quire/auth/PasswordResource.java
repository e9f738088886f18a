package dev.quire.auth;

import dev.quire.http.HashesPassword;
import dev.quire.http.NotBatchable;
import dev.quire.security.Caller;
import dev.quire.security.ClientAddressResolver;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The password of a user, which can be replaced but never read. */
@Path("/users/{id}/password")
@NotBatchable("its revocation and its audit event follow its own commit")
@Tag(name = "Authentication")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class PasswordResource {
    private final AuthenticationService authentication;
    private final SecurityIdentity identity;
    private final ClientAddressResolver clients;

    PasswordResource(AuthenticationService authentication, SecurityIdentity identity, ClientAddressResolver clients) {
        this.authentication = authentication;
        this.identity = identity;
        this.clients = clients;
    }

    @PUT
    @HashesPassword
    @Authenticated
    @Operation(
            operationId = "changePassword",
            summary = "Change one's own password; other devices are logged out",
            description = "A wrong current password is a 422 that points to /current.")
    @APIResponse(responseCode = "204", description = "It is changed")
    @APIResponse(responseCode = "429")
    public Uni<RestResponse<Void>> change(
            @PathParam("id") @Parameter(example = "1") long id, ChangePasswordInput input) {
        return authentication
                .changePassword(id, Caller.of(identity), input, clients.current())
                .replaceWith(RestResponse.noContent());
    }
}
