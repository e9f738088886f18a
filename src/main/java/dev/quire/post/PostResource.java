package dev.quire.post;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.http.Batchable;
import dev.quire.http.DeleteParameters;
import dev.quire.http.DeletionReport;
import dev.quire.http.ExportParameters;
import dev.quire.http.FieldParameters;
import dev.quire.http.Idempotent;
import dev.quire.http.Ids;
import dev.quire.http.PageParameters;
import dev.quire.http.WriteResult;
import dev.quire.json.RawJson;
import dev.quire.json.StrictJsonBodyReader;
import dev.quire.query.Filter;
import dev.quire.security.Caller;
import dev.quire.validation.PlainText;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.validation.Valid;
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
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.media.SchemaProperty;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The endpoints of posts. */
@Path("/posts")
@Tag(name = "Posts", description = "Each post has an author and any number of categories")
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
    @Operation(
            operationId = "listPosts",
            summary = "Posts, newest first unless told otherwise",
            description = "All filters that are given hold together. The neighbours of a page are in the header Link.")
    @APIResponseSchema(PostView[].class)
    public Uni<RestResponse<RawJson>> list(
            @Valid @BeanParam PostFilterParameters filtering,
            @BeanParam FieldParameters showing,
            @BeanParam PageParameters paging) {
        return posts.page(filtering.filter(), showing, paging.request()).map(paging::answer);
    }

    @GET
    @PermitAll
    @Produces(PageParameters.NDJSON)
    @Operation(hidden = true)
    public Multi<RawJson> stream(
            @Valid @BeanParam PostFilterParameters filtering,
            @BeanParam FieldParameters showing,
            @BeanParam PageParameters paging) {
        return paging.answer(posts.stream(filtering.filter(), showing, paging.sortOfAll()));
    }

    @GET
    @Path("/export")
    @PermitAll
    @Produces(PageParameters.NDJSON)
    @Operation(
            operationId = "exportPosts",
            summary = "Every post, one in each line",
            description = "The filters are those of the list.")
    @APIResponseSchema(PostView[].class)
    public Multi<RawJson> export(
            @Valid @BeanParam PostFilterParameters filtering,
            @BeanParam FieldParameters showing,
            @BeanParam ExportParameters exporting) {
        return exporting.answer(posts.stream(filtering.filter(), showing, exporting.sort()));
    }

    @POST
    @Batchable
    @Idempotent
    @Authenticated
    @Operation(
            operationId = "createPost",
            summary = "Publish a post; the author is who asks",
            description =
                    "Categories are linked by id, or by name and made if they are not there, all in one transaction.")
    @APIResponseSchema(value = PostView.class, responseCode = "201", responseDescription = "The post as stored")
    public Uni<RestResponse<RawJson>> create(PostInput input) {
        return posts.create(input, Caller.of(identity)).map(WriteResult::answer);
    }

    @GET
    @Path("/{id}")
    @PermitAll
    @Operation(
            operationId = "getPost",
            summary = "One post",
            description = "With its author and its categories, unless include or fields tell otherwise.")
    @APIResponseSchema(PostView.class)
    public Uni<RawJson> get(@PathParam("id") long id, @BeanParam FieldParameters showing) {
        return posts.get(id, showing);
    }

    @PUT
    @Batchable
    @Path("/{id}")
    @Authenticated
    @Operation(
            operationId = "replacePost",
            summary = "Replace title and content, and the categories if there are any",
            description = "The categories are replaced by the array; without one they are kept.")
    @APIResponseSchema(value = PostView.class, responseCode = "200", responseDescription = "The post as stored")
    public Uni<RawJson> replace(@PathParam("id") long id, PostInput input) {
        return posts.replace(id, input, Caller.of(identity));
    }

    @PATCH
    @Batchable
    @Path("/{id}")
    @Authenticated
    @Consumes({StrictJsonBodyReader.MERGE_PATCH, MediaType.APPLICATION_JSON})
    @Operation(
            operationId = "patchPost",
            summary = "Change some of a post, by a merge patch (RFC 7396)",
            description =
                    "An array replaces the categories, {connect, disconnect} adds some and takes some away; without either they are kept. {} changes nothing.")
    @APIResponseSchema(value = PostView.class, responseCode = "200", responseDescription = "The post as stored")
    public Uni<RawJson> patch(
            @PathParam("id") long id,
            @RequestBody(
                            content =
                                    @Content(
                                            schema =
                                                    @Schema(
                                                            implementation = PostInput.class,
                                                            properties =
                                                                    @SchemaProperty(
                                                                            name = "categories",
                                                                            implementation =
                                                                                    CategoryLinksInput.class))))
                    ObjectNode patch) {
        return posts.patch(id, patch, Caller.of(identity));
    }

    @DELETE
    @Batchable
    @Path("/{id}")
    @Authenticated
    @Operation(
            operationId = "deletePost",
            summary = "Delete a post and its links; the categories stay",
            description = "Its links and its comments go with it.")
    public Uni<RestResponse<DeletionReport>> delete(@PathParam("id") long id, @BeanParam DeleteParameters deleting) {
        return posts.delete(id, Caller.of(identity), deleting.dryRun()).map(deleting::answer);
    }

    /** The filter parameters of every list of posts. All conditions that are given must hold. */
    public static class PostFilterParameters {
        @QueryParam("author")
        @Parameter(description = "Posts of any of these users")
        List<Ids> author;

        @QueryParam("category")
        @Parameter(description = "Posts in any of these categories")
        List<Ids> category;

        @QueryParam("categoryAll")
        @Parameter(description = "Posts in all of these categories")
        List<Ids> categoryAll;

        @QueryParam("categoryNone")
        @Parameter(description = "Posts in none of these categories")
        List<Ids> categoryNone;

        @QueryParam("q")
        @PlainText(max = 200)
        @Parameter(
                description =
                        "Posts with these words in title or content; \"a phrase\", or, and -not as in web searches",
                schema = @Schema(type = SchemaType.STRING, minLength = 1, maxLength = 200))
        String q;

        @QueryParam("createdAfter")
        @Parameter(description = Filter.CREATED_AFTER)
        Instant createdAfter;

        @QueryParam("createdBefore")
        @Parameter(description = "Those that are older")
        Instant createdBefore;

        PostFilter filter() {
            return new PostFilter(
                    Ids.of("author", author),
                    Ids.of("category", category),
                    Ids.of("categoryAll", categoryAll),
                    Ids.of("categoryNone", categoryNone),
                    q,
                    createdAfter,
                    createdBefore);
        }
    }
}
