package dev.quire.post;

import dev.quire.http.ExportParameters;
import dev.quire.http.FieldParameters;
import dev.quire.http.PageParameters;
import dev.quire.json.RawJson;
import dev.quire.post.PostResource.PostFilterParameters;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.validation.Valid;
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

/** The endpoints of the posts of an author, the inverse side of the relation. */
@Path("/users/{id}/posts")
@Tag(name = "Posts")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class PostsOfUserResource {
    private final PostService posts;

    PostsOfUserResource(PostService posts) {
        this.posts = posts;
    }

    @GET
    @PermitAll
    @Operation(
            operationId = "listPostsOfUser",
            summary = "The posts of an author, newest first unless told otherwise",
            description =
                    "As /posts with this author. A user who is not there is a 404, one without posts has an empty page.")
    @APIResponseSchema(PostView[].class)
    public Uni<RestResponse<RawJson>> list(
            @PathParam("id") long id,
            @Valid @BeanParam PostFilterParameters filtering,
            @BeanParam FieldParameters showing,
            @BeanParam PageParameters paging) {
        return posts.pageOfUser(id, filtering.filter(), showing, paging.request())
                .map(paging::answer);
    }

    @GET
    @PermitAll
    @Produces(PageParameters.NDJSON)
    @Operation(hidden = true)
    public Multi<RawJson> stream(
            @PathParam("id") long id,
            @Valid @BeanParam PostFilterParameters filtering,
            @BeanParam FieldParameters showing,
            @BeanParam PageParameters paging) {
        return paging.answer(posts.streamOfUser(id, filtering.filter(), showing, paging.sortOfAll()));
    }

    @GET
    @Path("/export")
    @PermitAll
    @Produces(PageParameters.NDJSON)
    @Operation(
            operationId = "exportPostsOfUser",
            summary = "Every post of an author, one in each line",
            description = "The filters are those of the list.")
    @APIResponseSchema(PostView[].class)
    public Multi<RawJson> export(
            @PathParam("id") long id,
            @Valid @BeanParam PostFilterParameters filtering,
            @BeanParam FieldParameters showing,
            @BeanParam ExportParameters exporting) {
        return exporting.answer(posts.streamOfUser(id, filtering.filter(), showing, exporting.sort()));
    }
}
