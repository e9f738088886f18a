package dev.quire.auth;

import dev.quire.http.Confidential;
import dev.quire.http.DeleteParameters;
import dev.quire.http.DeletionReport;
import dev.quire.http.ExportParameters;
import dev.quire.http.FieldParameters;
import dev.quire.http.NotBatchable;
import dev.quire.http.PageParameters;
import dev.quire.json.RawJson;
import dev.quire.security.Caller;
import dev.quire.security.ClientAddressResolver;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The devices on which a user is logged in. */
@Path("/authentication/sessions")
@Confidential
@NotBatchable("its revocation and its audit event follow its own commit")
@Tag(name = "Authentication")
@Produces(MediaType.APPLICATION_JSON)
public class SessionResource {
    private final SessionService sessions;
    private final SecurityIdentity identity;
    private final ClientAddressResolver clients;

    SessionResource(SessionService sessions, SecurityIdentity identity, ClientAddressResolver clients) {
        this.sessions = sessions;
        this.identity = identity;
        this.clients = clients;
    }

    @GET
    @Authenticated
    @Operation(
            operationId = "listSessions",
            summary = "The devices on which one is logged in, the last used first",
            description = "Each is a refresh token that is good.")
    @APIResponseSchema(SessionView[].class)
    public Uni<RestResponse<RawJson>> list(@BeanParam FieldParameters showing, @BeanParam PageParameters paging) {
        Caller caller = Caller.of(identity);
        return sessions.page(caller.id(), caller.session(), showing, paging.request())
                .map(paging::answer);
    }

    @GET
    @Authenticated
    @Produces(PageParameters.NDJSON)
    @Operation(hidden = true)
    public Multi<RawJson> stream(@BeanParam FieldParameters showing, @BeanParam PageParameters paging) {
        Caller caller = Caller.of(identity);
        return sessions.stream(caller.id(), caller.session(), showing, paging.sortOfAll());
    }

    @GET
    @Path("/export")
    @Authenticated
    @Produces(PageParameters.NDJSON)
    @Operation(
            operationId = "exportSessions",
            summary = "Every device on which one is logged in, one in each line",
            description = "The last line has the number of rows; without it, the export was cut short.")
    @APIResponseSchema(SessionView[].class)
    public Multi<RawJson> export(@BeanParam FieldParameters showing, @BeanParam ExportParameters exporting) {
        Caller caller = Caller.of(identity);
        return exporting.answer(sessions.stream(caller.id(), caller.session(), showing, exporting.sort()));
    }

    @DELETE
    @Path("/{id}")
    @Authenticated
    @Operation(
            operationId = "deleteSession",
            summary = "Log a device out: its refresh token is no longer good",
            description = "An access token that it got is good until it expires, minutes later.")
    public Uni<RestResponse<DeletionReport>> delete(
            @PathParam("id") @Parameter(example = "1") long id, @BeanParam DeleteParameters deleting) {
        return sessions.delete(id, Caller.of(identity).id(), deleting.dryRun(), clients.current())
                .map(deleting::answer);
    }
}
