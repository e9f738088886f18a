package dev.quire.post;

import dev.quire.paging.Paging;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The posts of a author: the inverse side of the relation. */
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
    @Operation(operationId = "listPostsOfUser", summary = "The posts of a author, newest first")
    public Uni<RestResponse<List<PostView>>> list(@PathParam("id") long id, @BeanParam Paging paging) {
        return posts.pageOfUser(paging.request(), id).map(paging::answer);
    }
}
