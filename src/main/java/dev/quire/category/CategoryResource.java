package dev.quire.category;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.http.Batchable;
import dev.quire.http.DeleteParameters;
import dev.quire.http.DeletePolicy;
import dev.quire.http.DeletePolicy.Policy;
import dev.quire.http.DeletionReport;
import dev.quire.http.ExportParameters;
import dev.quire.http.FieldParameters;
import dev.quire.http.Idempotent;
import dev.quire.http.PageParameters;
import dev.quire.http.WriteResult;
import dev.quire.json.RawJson;
import dev.quire.json.StrictJsonBodyReader;
import dev.quire.security.Caller;
import dev.quire.validation.PlainText;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
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
import java.util.EnumSet;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The endpoints of categories. Those of their posts are with the posts, in {@code PostsOfCategoryResource}. */
@Path("/categories")
@Tag(name = "Categories", description = "A post can be in many categories, and a category has many posts")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class CategoryResource {
    private final CategoryService categories;

    CategoryResource(CategoryService categories) {
        this.categories = categories;
    }

    @GET
    @PermitAll
    @Operation(
            operationId = "listCategories",
            summary = "All categories, by name",
            description = "The neighbours of a page are in the header Link.")
    @APIResponseSchema(CategoryView[].class)
    public Uni<RestResponse<RawJson>> list(@BeanParam FieldParameters showing, @BeanParam PageParameters paging) {
        return categories.page(showing, paging.request()).map(paging::answer);
    }

    @GET
    @PermitAll
    @Produces(PageParameters.NDJSON)
    @Operation(hidden = true)
    public Multi<RawJson> stream(@BeanParam FieldParameters showing, @BeanParam PageParameters paging) {
        return paging.answer(categories.stream(showing, paging.sortOfAll()));
    }

    @GET
    @Path("/export")
    @PermitAll
    @Produces(PageParameters.NDJSON)
    @Operation(
            operationId = "exportCategories",
            summary = "Every category, one in each line",
            description = "The last line has the number of rows; without it, the export was cut short.")
    @APIResponseSchema(CategoryView[].class)
    public Multi<RawJson> export(@BeanParam FieldParameters showing, @BeanParam ExportParameters exporting) {
        return exporting.answer(categories.stream(showing, exporting.sort()));
    }

    @POST
    @Batchable
    @Idempotent
    @Authenticated
    @Operation(
            operationId = "createCategory",
            summary = "Make a category",
            description = "Names are unique without regard to case: a name that is taken is a 409.")
    @APIResponseSchema(value = CategoryView.class, responseCode = "201", responseDescription = "The category")
    public Uni<RestResponse<RawJson>> create(CategoryInput input) {
        return categories.create(input).map(WriteResult::answer);
    }

    @PUT
    @Batchable
    @Path("/named/{name}")
    @Authenticated
    @Operation(
            operationId = "putCategoryNamed",
            summary = "The category of this name, made if it is not there",
            description = "201 when it is made, 200 with the one that is there, whatever the case of its letters.")
    @APIResponseSchema(
            value = CategoryView.class,
            responseCode = "201",
            responseDescription = "The category, which was not there")
    @APIResponse(
            responseCode = "200",
            description = "The category, which was there",
            content = @Content(schema = @Schema(implementation = CategoryView.class)))
    public Uni<RestResponse<RawJson>> createIfAbsent(
            @PathParam("name") @Parameter(example = "Computing") @PlainText(max = 50, trimmed = true) String name) {
        return categories.createIfAbsent(new CategoryInput(name)).map(WriteResult::answer);
    }

    @GET
    @Path("/named/{name}")
    @PermitAll
    @Operation(
            operationId = "getCategoryNamed",
            summary = "The category of this name",
            description =
                    "Found without regard to case. With include=posts also its newest posts, and how many there are.")
    @APIResponseSchema(CategoryView.class)
    public Uni<RawJson> getNamed(
            @PathParam("name") @Parameter(example = "Computing") @PlainText(max = 50, trimmed = true) String name,
            @BeanParam FieldParameters showing) {
        return categories.getNamed(new CategoryInput(name), showing);
    }

    @GET
    @Path("/{id}")
    @PermitAll
    @Operation(
            operationId = "getCategory",
            summary = "One category",
            description = "With include=posts also its newest posts, and how many there are.")
    @APIResponseSchema(CategoryView.class)
    public Uni<RawJson> get(@PathParam("id") long id, @BeanParam FieldParameters showing) {
        return categories.get(id, showing);
    }

    @PUT
    @Batchable
    @Path("/{id}")
    @RolesAllowed(Caller.ADMIN)
    @Operation(
            operationId = "replaceCategory",
            summary = "Rename a category",
            description = "The posts that are filed under it show the new name at once.")
    @APIResponseSchema(value = CategoryView.class, responseCode = "200", responseDescription = "The category as stored")
    @APIResponse(responseCode = "409")
    public Uni<RawJson> replace(@PathParam("id") long id, CategoryInput input) {
        return categories.replace(id, input);
    }

    @PATCH
    @Batchable
    @Path("/{id}")
    @RolesAllowed(Caller.ADMIN)
    @Consumes({StrictJsonBodyReader.MERGE_PATCH, MediaType.APPLICATION_JSON})
    @Operation(
            operationId = "patchCategory",
            summary = "Rename a category, by a merge patch (RFC 7396)",
            description = "The posts that are filed under it show the new name at once. {} changes nothing.")
    @APIResponseSchema(value = CategoryView.class, responseCode = "200", responseDescription = "The category as stored")
    @APIResponse(responseCode = "409")
    public Uni<RawJson> patch(
            @PathParam("id") long id,
            @RequestBody(content = @Content(schema = @Schema(implementation = CategoryInput.class))) ObjectNode patch) {
        return categories.patch(id, patch);
    }

    @DELETE
    @Batchable
    @Path("/{id}")
    @RolesAllowed(Caller.ADMIN)
    @Operation(
            operationId = "deleteCategory",
            summary = "Delete a category and its links; the posts stay",
            description = "With onDelete=restrict, posts that are filed under it are in the way: a 409.")
    public Uni<RestResponse<DeletionReport>> delete(
            @PathParam("id") long id,
            @QueryParam("onDelete")
                    @Parameter(
                            description =
                                    "What becomes of the links: unlink (the default) deletes them, restrict answers"
                                            + " 409 when there are any",
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            defaultValue = "unlink",
                                            enumeration = {"unlink", "restrict"}))
                    String onDelete,
            @BeanParam DeleteParameters deleting) {
        var policy = DeletePolicy.of(onDelete, Policy.UNLINK, EnumSet.of(Policy.UNLINK, Policy.RESTRICT));
        return categories.delete(id, policy, deleting.dryRun()).map(deleting::answer);
    }
}
