package dev.quire.auth;

import dev.quire.http.Confidential;
import dev.quire.http.DeleteParameters;
import dev.quire.http.DeletionReport;
import dev.quire.http.NotBatchable;
import dev.quire.security.Caller;
import dev.quire.security.ClientAddressResolver;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The second factor of the caller. */
@Path("/authentication/totp")
@Confidential
@NotBatchable("it is rate-limited, and its responses are secrets")
@Tag(name = "Authentication")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class TotpResource {
    private final TotpService totps;
    private final SecurityIdentity identity;
    private final ClientAddressResolver clients;

    TotpResource(TotpService totps, SecurityIdentity identity, ClientAddressResolver clients) {
        this.totps = totps;
        this.identity = identity;
        this.clients = clients;
    }

    @POST
    @Authenticated
    @Operation(
            operationId = "setSecondFactor",
            summary = "Get a secret for an authenticator app (RFC 6238)",
            description = "Nothing changes until it is confirmed. If there is a confirmed one, it is a 409.")
    @APIResponseSchema(value = TotpView.class, responseCode = "200", responseDescription = "The secret")
    @APIResponse(responseCode = "409")
    public Uni<TotpView> set() {
        return totps.set(Caller.of(identity).id());
    }

    @POST
    @Path("/confirm")
    @Authenticated
    @Operation(
            operationId = "confirmSecondFactor",
            summary = "Confirm the secret by a code; from now on a log-in needs one",
            description = "The recovery codes are shown once.")
    @APIResponseSchema(
            value = RecoveryCodesView.class,
            responseCode = "200",
            responseDescription = "The recovery codes")
    @APIResponse(responseCode = "429")
    public Uni<RecoveryCodesView> confirm(TotpInput input) {
        return totps.confirm(Caller.of(identity).id(), input, clients.current());
    }

    @DELETE
    @Authenticated
    @Operation(
            operationId = "deleteSecondFactor",
            summary = "Log in without a code from now on",
            description = "It needs a code, or a recovery code.")
    @APIResponseSchema(DeletionReport.class)
    @APIResponse(responseCode = "404")
    @APIResponse(responseCode = "429")
    public Uni<RestResponse<DeletionReport>> delete(TotpInput input, @BeanParam DeleteParameters deleting) {
        return totps.remove(Caller.of(identity).id(), input, deleting.dryRun(), clients.current())
                .map(deleting::answer);
    }
}
