package dev.quire.post;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.authorization.Caller;
import dev.quire.deletion.Deleting;
import dev.quire.deletion.Deletion;
import dev.quire.json.BodyReader;
import dev.quire.paging.Paging;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** Posts. */
@Path("/posts")
@Tag(name = "Posts")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class PostResource {
    private final PostService posts;
    private final SecurityIdentity identity;

    PostResource(PostService posts, SecurityIdentity identity) {
        this.posts = posts;
        this.identity = identity;
    }

    @GET
    @PermitAll
    @Operation(operationId = "listPosts", summary = "All posts, newest first")
    public Uni<RestResponse<List<PostView>>> list(@BeanParam Paging paging) {
        return posts.page(paging.request()).map(paging::answer);
    }

    @POST
    @Authenticated
    @Operation(operationId = "createPost", summary = "Publish a post; the author is who asks")
    @APIResponseSchema(value = PostView.class, responseCode = "201", responseDescription = "The post as stored")
    public Uni<RestResponse<PostView>> create(PostInput input) {
        return posts.create(input, Caller.of(identity))
                .map(post -> RestResponse.ResponseBuilder.<PostView>created(URI.create("/posts/" + post.id()))
                        .entity(post)
                        .build());
    }

    @GET
    @Path("/{id}")
    @PermitAll
    @Operation(operationId = "getPost", summary = "One post")
    public Uni<PostView> get(@PathParam("id") long id) {
        return posts.get(id);
    }

    @PUT
    @Path("/{id}")
    @Authenticated
    @Operation(operationId = "replacePost", summary = "Replace title and content, and the categories if there are any")
    public Uni<PostView> replace(@PathParam("id") long id, PostInput input) {
        return posts.replace(id, input, Caller.of(identity));
    }

    @PATCH
    @Path("/{id}")
    @Authenticated
    @Consumes({BodyReader.MERGE_PATCH, MediaType.APPLICATION_JSON})
    @Operation(operationId = "patchPost", summary = "Change some of a post, by a merge patch (RFC 7396)")
    @APIResponseSchema(value = PostView.class, responseCode = "200", responseDescription = "The post as stored")
    public Uni<PostView> patch(
            @PathParam("id") long id,
            @RequestBody(content = @Content(schema = @Schema(implementation = PostChangesInput.Links.class)))
                    ObjectNode patch) {
        return posts.patch(id, patch, Caller.of(identity));
    }

    @DELETE
    @Path("/{id}")
    @Authenticated
    @Operation(operationId = "deletePost", summary = "Delete a post and its links; the categories stay")
    public Uni<RestResponse<Deletion>> delete(@PathParam("id") long id, @BeanParam Deleting deleting) {
        return posts.delete(id, Caller.of(identity), deleting.dryRun()).map(deleting::answer);
    }
}
