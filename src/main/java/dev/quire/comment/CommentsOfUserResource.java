package dev.quire.comment;

import dev.quire.http.ExportParameters;
import dev.quire.http.FieldParameters;
import dev.quire.http.PageParameters;
import dev.quire.json.RawJson;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The endpoint of the comments by a user, the inverse side of the relation. */
@Path("/users/{id}/comments")
@Tag(name = "Comments")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class CommentsOfUserResource {
    private final CommentService comments;

    CommentsOfUserResource(CommentService comments) {
        this.comments = comments;
    }

    @GET
    @PermitAll
    @Operation(
            operationId = "listCommentsOfUser",
            summary = "The comments by a user, newest first unless told otherwise",
            description = "A user who is not there is a 404, one without comments has an empty page.")
    @APIResponseSchema(CommentView[].class)
    public Uni<RestResponse<RawJson>> list(
            @PathParam("id") long id, @BeanParam FieldParameters showing, @BeanParam PageParameters paging) {
        return comments.pageOfUser(id, showing, paging.request()).map(paging::answer);
    }

    @GET
    @PermitAll
    @Produces(PageParameters.NDJSON)
    @Operation(hidden = true)
    public Multi<RawJson> stream(
            @PathParam("id") long id, @BeanParam FieldParameters showing, @BeanParam PageParameters paging) {
        return paging.answer(comments.streamOfUser(id, showing, paging.sortOfAll()));
    }

    @GET
    @Path("/export")
    @PermitAll
    @Produces(PageParameters.NDJSON)
    @Operation(
            operationId = "exportCommentsOfUser",
            summary = "Every comment of an author, one in each line",
            description = "The last line has the number of rows; without it, the export was cut short.")
    @APIResponseSchema(CommentView[].class)
    public Multi<RawJson> export(
            @PathParam("id") long id, @BeanParam FieldParameters showing, @BeanParam ExportParameters exporting) {
        return exporting.answer(comments.streamOfUser(id, showing, exporting.sort()));
    }
}
