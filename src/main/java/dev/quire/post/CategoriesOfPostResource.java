package dev.quire.post;

import dev.quire.category.CategoryReference;
import dev.quire.category.CategoryView;
import dev.quire.http.Batchable;
import dev.quire.http.DeleteParameters;
import dev.quire.http.DeletionReport;
import dev.quire.http.FieldParameters;
import dev.quire.json.RawJson;
import dev.quire.security.Caller;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The endpoints of the links between a post and its categories. */
@Path("/posts/{id}/categories")
@Tag(name = "Posts")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class CategoriesOfPostResource {
    private final PostService posts;
    private final SecurityIdentity identity;

    CategoriesOfPostResource(PostService posts, SecurityIdentity identity) {
        this.posts = posts;
        this.identity = identity;
    }

    @GET
    @PermitAll
    @Operation(
            operationId = "listCategoriesOfPost",
            summary = "The categories of a post, by name",
            description = "A post has at most 20 categories, so they come all at once, in an array without pages.")
    @APIResponseSchema(CategoryView[].class)
    public Uni<RawJson> list(@PathParam("id") long id, @BeanParam FieldParameters showing) {
        return posts.categoriesOf(id, showing);
    }

    @PUT
    @Batchable
    @Authenticated
    @Operation(
            operationId = "replaceCategoriesOfPost",
            summary = "File a post under exactly these categories",
            description =
                    "Links that are not in the list are taken away, those that are new are made, and the others are left alone.")
    @APIResponseSchema(value = CategoryView[].class, responseCode = "200", responseDescription = "The categories")
    public Uni<RawJson> replace(@PathParam("id") long id, List<CategoryReference> references) {
        return posts.replaceCategories(id, references, Caller.of(identity));
    }

    @PUT
    @Batchable
    @Path("/{categoryId}")
    @Authenticated
    @Operation(
            operationId = "connectCategoryToPost",
            summary = "File a post under this category as well",
            description = "Touches no other category of the post, and can be repeated.")
    @APIResponse(responseCode = "204", description = "The post is filed under it, as it may have been before")
    @APIResponse(responseCode = "422")
    public Uni<Void> connect(@PathParam("id") long id, @PathParam("categoryId") long category) {
        return posts.connect(id, category, Caller.of(identity));
    }

    @DELETE
    @Batchable
    @Path("/{categoryId}")
    @Authenticated
    @Operation(
            operationId = "disconnectCategoryFromPost",
            summary = "Take a post out of this category",
            description = "Touches no other category of the post, and can be repeated.")
    public Uni<RestResponse<DeletionReport>> disconnect(
            @PathParam("id") long id, @PathParam("categoryId") long category, @BeanParam DeleteParameters deleting) {
        return posts.disconnect(id, category, Caller.of(identity), deleting.dryRun())
                .map(deleting::answer);
    }
}
