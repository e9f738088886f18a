package dev.quire.auth;

import dev.quire.http.NotBatchable;
import dev.quire.security.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The endpoint by which an admin begins the recovery of a user. */
@Path("/users/{id}/recovery")
@NotBatchable("it does its work by mail")
@Tag(name = "Authentication")
@Produces(MediaType.APPLICATION_JSON)
public class UserRecoveryResource {
    private final RecoveryService recoveries;

    UserRecoveryResource(RecoveryService recoveries) {
        this.recoveries = recoveries;
    }

    @POST
    @RolesAllowed(Caller.ADMIN)
    @Operation(
            operationId = "beginRecoveryOfUser",
            summary = "Have a link and a code mailed to a user, as if they had asked",
            description = "Without a mail server it is a 404.")
    @APIResponse(responseCode = "202", description = "A mail is on its way")
    public Uni<RestResponse<Void>> begin(@PathParam("id") @Parameter(example = "1") long id) {
        return recoveries.begin(id).replaceWith(RestResponse.accepted());
    }
}
