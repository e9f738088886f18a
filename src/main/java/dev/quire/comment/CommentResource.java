package dev.quire.comment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.http.Batchable;
import dev.quire.http.DeleteParameters;
import dev.quire.http.DeletionReport;
import dev.quire.http.FieldParameters;
import dev.quire.json.RawJson;
import dev.quire.json.StrictJsonBodyReader;
import dev.quire.security.Caller;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The endpoints of single comments. */
@Path("/comments")
@Tag(name = "Comments", description = "A comment belongs to a post and to the user who wrote it")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class CommentResource {
    private final CommentService comments;
    private final SecurityIdentity identity;

    CommentResource(CommentService comments, SecurityIdentity identity) {
        this.comments = comments;
        this.identity = identity;
    }

    @GET
    @Path("/{id}")
    @PermitAll
    @Operation(
            operationId = "getComment",
            summary = "One comment",
            description = "With its author, unless include or fields tell otherwise.")
    @APIResponseSchema(CommentView.class)
    public Uni<RawJson> get(@PathParam("id") long id, @BeanParam FieldParameters showing) {
        return comments.get(id, showing);
    }

    @PATCH
    @Batchable
    @Path("/{id}")
    @Authenticated
    @Consumes({StrictJsonBodyReader.MERGE_PATCH, MediaType.APPLICATION_JSON})
    @Operation(
            operationId = "patchComment",
            summary = "Change a comment, by a merge patch (RFC 7396)",
            description = "For its author and for admins. {} changes nothing.")
    @APIResponseSchema(value = CommentView.class, responseCode = "200", responseDescription = "The comment as stored")
    public Uni<RawJson> patch(
            @PathParam("id") long id,
            @RequestBody(content = @Content(schema = @Schema(implementation = CommentInput.class))) ObjectNode patch) {
        return comments.patch(id, patch, Caller.of(identity));
    }

    @DELETE
    @Batchable
    @Path("/{id}")
    @Authenticated
    @Operation(
            operationId = "deleteComment",
            summary = "Delete a comment",
            description = "For its author, the author of the post, and admins.")
    public Uni<RestResponse<DeletionReport>> delete(@PathParam("id") long id, @BeanParam DeleteParameters deleting) {
        return comments.delete(id, Caller.of(identity), deleting.dryRun()).map(deleting::answer);
    }
}
