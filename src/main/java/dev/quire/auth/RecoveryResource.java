package dev.quire.auth;

import dev.quire.http.Confidential;
import dev.quire.http.HashesPassword;
import dev.quire.http.NotBatchable;
import dev.quire.security.Caller;
import dev.quire.security.ClientAddressResolver;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirements;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The endpoints for forgotten passwords, and for emails that are to be confirmed. Both send mails. */
@Path("/authentication")
@Confidential
@NotBatchable("it is rate-limited, and does its work by mail")
@Tag(name = "Authentication")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class RecoveryResource {
    private final RecoveryService recoveries;
    private final ConfirmationService confirmations;
    private final SecurityIdentity identity;
    private final ClientAddressResolver clients;

    RecoveryResource(
            RecoveryService recoveries,
            ConfirmationService confirmations,
            SecurityIdentity identity,
            ClientAddressResolver clients) {
        this.recoveries = recoveries;
        this.confirmations = confirmations;
        this.identity = identity;
        this.clients = clients;
    }

    @POST
    @Path("/recovery")
    @PermitAll
    @Operation(
            operationId = "beginRecovery",
            summary = "Have a link and a code mailed with which a new password can be chosen",
            description =
                    "The answer is the same whether there is such a user or not. Without a mail server it is a 404.")
    @SecurityRequirements
    @APIResponse(responseCode = "202", description = "If there is such a user, a mail is on its way")
    @APIResponse(responseCode = "404")
    @APIResponse(responseCode = "429")
    public Uni<RestResponse<Void>> begin(RecoveryInput input) {
        return recoveries.begin(input, clients.current()).replaceWith(RestResponse.accepted());
    }

    @POST
    @Path("/recovery/complete")
    @HashesPassword
    @PermitAll
    @Operation(
            operationId = "completeRecovery",
            summary = "Choose a new password by what was mailed; all devices are logged out",
            description =
                    "A token is good for 30 minutes, once, and a code for five tries. The newest replaces those before"
                            + " it. A password that is refused does not use it up.")
    @SecurityRequirements
    @APIResponse(responseCode = "204", description = "It is changed; nobody is logged in")
    @APIResponse(responseCode = "404")
    @APIResponse(responseCode = "409")
    @APIResponse(responseCode = "429")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = CompleteRecoveryInput.class),
                            example = "{\"token\": \"" + CompleteConfirmationInput.EXAMPLE
                                    + "\", \"password\": \"a staple of horse batteries\"}"))
    public Uni<RestResponse<Void>> complete(CompleteRecoveryInput input) {
        return recoveries.complete(input, clients.current()).replaceWith(RestResponse.noContent());
    }

    @POST
    @Path("/confirmation")
    @Authenticated
    @Operation(
            operationId = "beginConfirmation",
            summary = "Have a link and a code mailed that confirm one's email",
            description = "It goes to the pending email, if there is one. Without a mail server it is a 404.")
    @APIResponse(responseCode = "202", description = "If there is something to confirm, a mail is on its way")
    @APIResponse(responseCode = "404")
    public Uni<RestResponse<Void>> confirm() {
        return confirmations.begin(Caller.of(identity).id()).replaceWith(RestResponse.accepted());
    }

    @POST
    @Path("/confirmation/complete")
    @PermitAll
    @Operation(
            operationId = "completeConfirmation",
            summary = "Confirm an email by what was mailed to it",
            description =
                    "A token needs nothing else; a code needs an access token. A pending email takes the place of the"
                            + " one before it, and all devices are logged out.")
    @APIResponse(responseCode = "204", description = "It is confirmed")
    @APIResponse(responseCode = "404")
    @APIResponse(responseCode = "409")
    @APIResponse(responseCode = "429")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = CompleteConfirmationInput.class),
                            example = "{\"token\": \"" + CompleteConfirmationInput.EXAMPLE + "\"}"))
    public Uni<RestResponse<Void>> completeConfirmation(CompleteConfirmationInput input) {
        return confirmations
                .complete(input, Caller.of(identity).id(), clients.current())
                .replaceWith(RestResponse.noContent());
    }
}
