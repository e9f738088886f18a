package dev.quire.post;

import dev.quire.json.Json;
import dev.quire.paging.Paging;
import dev.quire.parameter.Showing;
import dev.quire.post.PostResource.Filtering;
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

/** The posts of a category: the inverse side of the relation. */
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
    public Uni<RestResponse<Json>> list(
            @PathParam("id") long id,
            @Valid @BeanParam Filtering filtering,
            @BeanParam Showing showing,
            @BeanParam Paging paging) {
        return posts.pageOfCategory(id, filtering.filter(), showing, paging.request())
                .map(paging::answer);
    }

    @GET
    @PermitAll
    @Produces(Paging.NDJSON)
    @Operation(hidden = true)
    public Multi<Json> stream(
            @PathParam("id") long id,
            @Valid @BeanParam Filtering filtering,
            @BeanParam Showing showing,
            @BeanParam Paging paging) {
        return paging.answer(posts.streamOfCategory(id, filtering.filter(), showing, paging.sortOfAll()));
    }
}
