package dev.quire.comment;

import dev.quire.http.Batchable;
import dev.quire.http.ExportParameters;
import dev.quire.http.FieldParameters;
import dev.quire.http.Idempotent;
import dev.quire.http.PageParameters;
import dev.quire.http.WriteResult;
import dev.quire.json.RawJson;
import dev.quire.security.Caller;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The endpoints of the comments on a post, the inverse side of the relation. */
@Path("/posts/{id}/comments")
@Tag(name = "Comments")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class CommentsOfPostResource {
    private final CommentService comments;
    private final SecurityIdentity identity;

    CommentsOfPostResource(CommentService comments, SecurityIdentity identity) {
        this.comments = comments;
        this.identity = identity;
    }

    @GET
    @PermitAll
    @Operation(
            operationId = "listCommentsOfPost",
            summary = "The comments on a post, oldest first unless told otherwise",
            description = "A post that is not there is a 404, one without comments has an empty page.")
    @APIResponseSchema(CommentView[].class)
    public Uni<RestResponse<RawJson>> list(
            @PathParam("id") long id, @BeanParam FieldParameters showing, @BeanParam PageParameters paging) {
        return comments.pageOfPost(id, showing, paging.request()).map(paging::answer);
    }

    @GET
    @PermitAll
    @Produces(PageParameters.NDJSON)
    @Operation(hidden = true)
    public Multi<RawJson> stream(
            @PathParam("id") long id, @BeanParam FieldParameters showing, @BeanParam PageParameters paging) {
        return paging.answer(comments.streamOfPost(id, showing, paging.sortOfAll()));
    }

    @GET
    @Path("/export")
    @PermitAll
    @Produces(PageParameters.NDJSON)
    @Operation(
            operationId = "exportCommentsOfPost",
            summary = "Every comment on a post, one in each line",
            description = "The last line has the number of rows; without it, the export was cut short.")
    @APIResponseSchema(CommentView[].class)
    public Multi<RawJson> export(
            @PathParam("id") long id, @BeanParam FieldParameters showing, @BeanParam ExportParameters exporting) {
        return exporting.answer(comments.streamOfPost(id, showing, exporting.sort()));
    }

    @POST
    @Batchable
    @Idempotent
    @Authenticated
    @Operation(
            operationId = "createComment",
            summary = "Comment on a post; the author is the caller",
            description = "A post that is not there is a 404.")
    @APIResponseSchema(value = CommentView.class, responseCode = "201", responseDescription = "The comment as stored")
    public Uni<RestResponse<RawJson>> create(@PathParam("id") long id, CommentInput input) {
        return comments.create(id, input, Caller.of(identity)).map(WriteResult::answer);
    }
}
