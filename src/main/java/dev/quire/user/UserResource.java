package dev.quire.user;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.http.Batchable;
import dev.quire.http.DeleteParameters;
import dev.quire.http.DeletePolicy;
import dev.quire.http.DeletePolicy.Policy;
import dev.quire.http.DeletionReport;
import dev.quire.http.ExportParameters;
import dev.quire.http.FieldParameters;
import dev.quire.http.HashesPassword;
import dev.quire.http.Idempotent;
import dev.quire.http.NotBatchable;
import dev.quire.http.PageParameters;
import dev.quire.http.VariesByReader;
import dev.quire.http.WriteResult;
import dev.quire.json.RawJson;
import dev.quire.json.StrictJsonBodyReader;
import dev.quire.query.Filter;
import dev.quire.security.Caller;
import dev.quire.security.ClientAddressResolver;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
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
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
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

/** The endpoints of users, and of the address that each may have. */
@Path("/users")
@VariesByReader
@Tag(name = "Users", description = "Users have an account, an address, posts and comments")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class UserResource {
    private static final String EMAIL =
            " A changed email needs a log-in within the last hour (RFC 9470). With a mail server"
                    + " it is pending until it is confirmed.";

    private final UserService users;
    private final RegistrationService registrations;
    private final SecurityIdentity identity;
    private final ClientAddressResolver clients;

    UserResource(
            UserService users,
            RegistrationService registrations,
            SecurityIdentity identity,
            ClientAddressResolver clients) {
        this.users = users;
        this.registrations = registrations;
        this.identity = identity;
        this.clients = clients;
    }

    @GET
    @RolesAllowed(Caller.ADMIN)
    @Operation(
            operationId = "listUsers",
            summary = "All users, the oldest first unless told otherwise",
            description = "The neighbours of a page are in the header Link.")
    @APIResponseSchema(UserView[].class)
    public Uni<RestResponse<RawJson>> list(
            @QueryParam("createdAfter") @Parameter(description = Filter.CREATED_AFTER) Instant createdAfter,
            @QueryParam("createdBefore") @Parameter(description = "Those that are older") Instant createdBefore,
            @BeanParam FieldParameters showing,
            @BeanParam PageParameters paging) {
        return users.page(createdAfter, createdBefore, showing, paging.request())
                .map(paging::answer);
    }

    @GET
    @RolesAllowed(Caller.ADMIN)
    @Produces(PageParameters.NDJSON)
    @Operation(hidden = true)
    public Multi<RawJson> stream(
            @QueryParam("createdAfter") Instant createdAfter,
            @QueryParam("createdBefore") Instant createdBefore,
            @BeanParam FieldParameters showing,
            @BeanParam PageParameters paging) {
        return paging.answer(users.stream(createdAfter, createdBefore, showing, paging.sortOfAll()));
    }

    @GET
    @Path("/export")
    @RolesAllowed(Caller.ADMIN)
    @Produces(PageParameters.NDJSON)
    @Operation(
            operationId = "exportUsers",
            summary = "Every user, one in each line",
            description = "The filters are those of the list.")
    @APIResponseSchema(UserView[].class)
    public Multi<RawJson> export(
            @QueryParam("createdAfter") @Parameter(description = Filter.CREATED_AFTER) Instant createdAfter,
            @QueryParam("createdBefore") @Parameter(description = "Those that are older") Instant createdBefore,
            @BeanParam FieldParameters showing,
            @BeanParam ExportParameters exporting) {
        return exporting.answer(users.stream(createdAfter, createdBefore, showing, exporting.sort()));
    }

    @POST
    @Batchable
    @Idempotent
    @HashesPassword
    @RolesAllowed(Caller.ADMIN)
    @Operation(
            operationId = "createUser",
            summary = "Make a user, with the address if there is one",
            description =
                    "Like registering, but createdBy is the caller. If there is a mail server, the password may be left out: then the"
                            + " user is invited by mail to choose one.")
    @APIResponseSchema(
            value = UserView.class,
            responseCode = "201",
            responseDescription = "The user, made by the admin who asked")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = CreateUserInput.class),
                            example = "{\"email\": \"emmy@quire.example\", \"name\": \"Emmy Noether\","
                                    + " \"password\": \"invariant under every rotation\"}"))
    public Uni<RestResponse<RawJson>> create(CreateUserInput input) {
        return registrations.createFor(caller(), input).map(WriteResult::answer);
    }

    @GET
    @Path("/{id}")
    @PermitAll
    @Operation(
            operationId = "getUser",
            summary = "One user: whole for themselves and admins, else what everyone may see",
            description =
                    "Without a token, or with that of somebody else, there are only id and name, and the posts if they are included.")
    @APIResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(
                            schema =
                                    @Schema(
                                            title = "Profile",
                                            description = "A user: all of it for themselves and admins, else only"
                                                    + " the required members, and what include adds",
                                            oneOf = {UserView.class, AuthorView.class})))
    public Uni<RawJson> get(@PathParam("id") long id, @BeanParam FieldParameters showing) {
        return users.get(id, caller(), showing);
    }

    @PUT
    @Batchable
    @Path("/{id}")
    @Authenticated
    @Operation(
            operationId = "replaceUser",
            summary = "Replace what may be changed of a user",
            description =
                    "An address that is there keeps its id, one that is not is made, null deletes it; without the member it is kept."
                            + EMAIL)
    @APIResponseSchema(value = UserView.class, responseCode = "200", responseDescription = "The user as stored")
    @APIResponse(responseCode = "409")
    public Uni<RawJson> replace(
            @PathParam("id") long id,
            @RequestBody(content = @Content(schema = @Schema(implementation = UserInput.class))) ObjectNode body) {
        return users.replace(id, caller(), body);
    }

    @PATCH
    @Batchable
    @Path("/{id}")
    @Authenticated
    @Consumes({StrictJsonBodyReader.MERGE_PATCH, MediaType.APPLICATION_JSON})
    @Operation(
            operationId = "patchUser",
            summary = "Change some of a user, by a merge patch (RFC 7396)",
            description =
                    "Of an address, too, only what is given is changed; null deletes it. An address that is not there needs all its members."
                            + EMAIL)
    @APIResponseSchema(value = UserView.class, responseCode = "200", responseDescription = "The user as stored")
    @APIResponse(responseCode = "409")
    public Uni<RawJson> patch(
            @PathParam("id") long id,
            @RequestBody(content = @Content(schema = @Schema(implementation = UserInput.class))) ObjectNode patch) {
        return users.patch(id, caller(), patch);
    }

    @DELETE
    @Batchable
    @Path("/{id}")
    @Authenticated
    @Operation(
            operationId = "deleteUser",
            summary = "Delete a user with the address",
            description =
                    "A user with posts or comments is a 409 that lists them and the policies that would work. createdBy of the users that an admin made becomes null."
                            + " It needs a log-in within the last hour (RFC 9470).")
    public Uni<RestResponse<DeletionReport>> delete(
            @PathParam("id") long id,
            @QueryParam("onDelete")
                    @Parameter(
                            description =
                                    "What becomes of the user's posts and comments: restrict (the default) answers 409"
                                            + " when there are any, cascade deletes them, reassign:7 gives them to user 7",
                            example = "cascade",
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            defaultValue = "restrict",
                                            pattern = "^(restrict|cascade|reassign:[1-9][0-9]*)$"))
                    String onDelete,
            @BeanParam DeleteParameters deleting) {
        var policy = DeletePolicy.of(
                onDelete, Policy.RESTRICT, EnumSet.of(Policy.RESTRICT, Policy.CASCADE, Policy.REASSIGN));
        return users.delete(id, caller(), policy, deleting.dryRun()).map(deleting::answer);
    }

    @PUT
    @NotBatchable("its revocation and its audit event follow its own commit")
    @Path("/{id}/roles")
    @RolesAllowed(Caller.ADMIN)
    @Operation(
            operationId = "setRolesOfUser",
            summary = "Give another user exactly these roles",
            description = "Everyone has the role user. One that is taken away is gone at once, one that is given comes"
                    + " with the next token. It needs a log-in within the last hour (RFC 9470).")
    @APIResponseSchema(value = UserView.class, responseCode = "200", responseDescription = "The user as stored")
    @RequestBody(
            content =
                    @Content(
                            schema =
                                    @Schema(
                                            type = SchemaType.ARRAY,
                                            implementation = UserView.Role.class,
                                            minItems = 1,
                                            maxItems = 100,
                                            contains = UserView.EveryRole.class)))
    public Uni<RawJson> setRoles(@PathParam("id") long id, List<String> roles) {
        return users.setRoles(id, caller(), roles, clients.current());
    }

    @GET
    @Path("/{id}/address")
    @Authenticated
    @Operation(
            operationId = "getAddressOfUser",
            summary = "The address of a user",
            description = "A user without one is a 404.")
    @APIResponseSchema(AddressView.class)
    public Uni<RawJson> address(@PathParam("id") long id, @BeanParam FieldParameters showing) {
        return users.address(id, caller(), showing);
    }

    @PUT
    @Batchable
    @Path("/{id}/address")
    @Authenticated
    @Operation(
            operationId = "putAddressOfUser",
            summary = "Give a user this address, in place of one that was there",
            description = "201 when there was none. One that was there keeps its id.")
    @APIResponseSchema(
            value = AddressView.class,
            responseCode = "201",
            responseDescription = "The address, which was not there")
    @APIResponse(
            responseCode = "200",
            description = "The address, which was there with the same id",
            content = @Content(schema = @Schema(implementation = AddressView.class)))
    public Uni<RestResponse<RawJson>> putAddress(@PathParam("id") long id, AddressInput input) {
        return users.putAddress(id, caller(), input).map(WriteResult::answer);
    }

    @DELETE
    @Batchable
    @Path("/{id}/address")
    @Authenticated
    @Operation(
            operationId = "deleteAddressOfUser",
            summary = "Delete the address of a user",
            description = "The user stays.")
    public Uni<RestResponse<DeletionReport>> deleteAddress(
            @PathParam("id") long id, @BeanParam DeleteParameters deleting) {
        return users.deleteAddress(id, caller(), deleting.dryRun()).map(deleting::answer);
    }

    private Caller caller() {
        return Caller.of(identity);
    }
}
