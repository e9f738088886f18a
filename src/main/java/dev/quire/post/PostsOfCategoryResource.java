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

/** The endpoints of the posts of a category, the inverse side of the relation. */
@Path("/categories/{id}/posts")
@Tag(name = "Posts")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class PostsOfCategoryResource {
    private final PostService posts;

    PostsOfCategoryResource(PostService posts) {
        this.posts = posts;
    }

    @GET
    @PermitAll
    @Operation(
            operationId = "listPostsOfCategory",
            summary = "The posts of a category, newest first unless told otherwise",
            description =
                    "As /posts with this category. A category that is not there is a 404, one without posts has an empty page.")
    @APIResponseSchema(PostView[].class)
    public Uni<RestResponse<RawJson>> list(
            @PathParam("id") long id,
            @Valid @BeanParam PostFilterParameters filtering,
            @BeanParam FieldParameters showing,
            @BeanParam PageParameters paging) {
        return posts.pageOfCategory(id, filtering.filter(), showing, paging.request())
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
        return paging.answer(posts.streamOfCategory(id, filtering.filter(), showing, paging.sortOfAll()));
    }

    @GET
    @Path("/export")
    @PermitAll
    @Produces(PageParameters.NDJSON)
    @Operation(
            operationId = "exportPostsOfCategory",
            summary = "Every post of a category, one in each line",
            description = "The filters are those of the list.")
    @APIResponseSchema(PostView[].class)
    public Multi<RawJson> export(
            @PathParam("id") long id,
            @Valid @BeanParam PostFilterParameters filtering,
            @BeanParam FieldParameters showing,
            @BeanParam ExportParameters exporting) {
        return exporting.answer(posts.streamOfCategory(id, filtering.filter(), showing, exporting.sort()));
    }
}
