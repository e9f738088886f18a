package dev.quire.user;

import dev.quire.http.Batchable;
import dev.quire.http.ExportParameters;
import dev.quire.http.FieldParameters;
import dev.quire.http.HashesPassword;
import dev.quire.http.Idempotent;
import dev.quire.http.PageParameters;
import dev.quire.http.VariesByReader;
import dev.quire.http.WriteResult;
import dev.quire.json.RawJson;
import dev.quire.security.Caller;
import dev.quire.security.Passwords;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The endpoints of addresses, with the user on the other side of the relation. */
@Path("/addresses")
@VariesByReader
@Tag(name = "Addresses", description = "A user has one address or none, and shares it with nobody")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class AddressResource {
    private final AddressService addresses;
    private final Passwords passwords;
    private final SecurityIdentity identity;

    AddressResource(AddressService addresses, Passwords passwords, SecurityIdentity identity) {
        this.addresses = addresses;
        this.passwords = passwords;
        this.identity = identity;
    }

    @GET
    @Authenticated
    @Operation(
            operationId = "listAddresses",
            summary = "All addresses for an admin, one's own for everyone else, by id",
            description = "With include=user, who lives there.")
    @APIResponseSchema(AddressView[].class)
    public Uni<RestResponse<RawJson>> list(@BeanParam FieldParameters showing, @BeanParam PageParameters paging) {
        return addresses.page(paging.request(), caller(), showing).map(paging::answer);
    }

    @GET
    @Authenticated
    @Produces(PageParameters.NDJSON)
    @Operation(hidden = true)
    public Multi<RawJson> stream(@BeanParam FieldParameters showing, @BeanParam PageParameters paging) {
        return paging.answer(addresses.stream(paging.sortOfAll(), caller(), showing));
    }

    @GET
    @Path("/export")
    @Authenticated
    @Produces(PageParameters.NDJSON)
    @Operation(
            operationId = "exportAddresses",
            summary = "Every address for an admin, one's own for everyone else, one in each line",
            description = "The last line has the number of rows; without it, the export was cut short.")
    @APIResponseSchema(AddressView[].class)
    public Multi<RawJson> export(@BeanParam FieldParameters showing, @BeanParam ExportParameters exporting) {
        return exporting.answer(addresses.stream(exporting.sort(), caller(), showing));
    }

    @GET
    @Path("/{id}")
    @Authenticated
    @Operation(
            operationId = "getAddress",
            summary = "One address",
            description = "With include=user, who lives there. An address of somebody else is a 403.")
    @APIResponseSchema(AddressView.class)
    public Uni<RawJson> get(@PathParam("id") long id, @BeanParam FieldParameters showing) {
        return addresses.get(id, caller(), showing);
    }

    @POST
    @Batchable
    @Idempotent
    @HashesPassword
    @RolesAllowed(Caller.ADMIN)
    @Operation(
            operationId = "createAddress",
            summary = "Make an address for a user that has none, or along with a whole new user",
            description =
                    "The user is named by id, or made from the members of a new one: both in one transaction, or neither. A user who has an address already is a 409.")
    @APIResponseSchema(value = AddressView.class, responseCode = "201", responseDescription = "The address")
    public Uni<RestResponse<RawJson>> create(NewAddressInput input) {
        Uni<WriteResult> created = input.user().id() != null
                ? addresses.create(input)
                : passwords
                        .hashNew(
                                input.user().password(),
                                "/user/password",
                                input.newUser().known())
                        .chain(hash -> addresses.createWithUser(input, hash, caller()));
        return created.map(WriteResult::answer);
    }

    private Caller caller() {
        return Caller.of(identity);
    }
}
