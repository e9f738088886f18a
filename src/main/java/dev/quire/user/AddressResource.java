package dev.quire.user;

import dev.quire.authorization.Caller;
import dev.quire.paging.Paging;
import dev.quire.password.Passwords;
import dev.quire.problem.ProblemException.Malformed;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** Addresses, with their users on the other side. */
@Path("/addresses")
@Tag(name = "Addresses")
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
            summary = "All addresses for an admin, one's own for everyone else, by id")
    public Uni<RestResponse<List<AddressView>>> list(@BeanParam Paging paging, @BeanParam Including including) {
        return addresses.page(paging.request(), caller(), including.user()).map(paging::answer);
    }

    @GET
    @Path("/{id}")
    @Authenticated
    @Operation(operationId = "getAddress", summary = "One address")
    public Uni<AddressView> get(@PathParam("id") long id, @BeanParam Including including) {
        return addresses.get(id, caller(), including.user());
    }

    @POST
    @RolesAllowed(Caller.ADMIN)
    @Operation(
            operationId = "createAddress",
            summary = "Make an address for a user that has none, or along with a whole new user")
    @APIResponseSchema(value = AddressView.class, responseCode = "201", responseDescription = "The address")
    public Uni<RestResponse<AddressView>> create(NewAddressInput input) {
        Uni<AddressView> created = input.user().id() != null
                ? addresses.create(input)
                : passwords
                        .hash(input.user().password())
                        .chain(hash -> addresses.createWithUser(input, hash, caller()));
        return created.map(
                address -> RestResponse.ResponseBuilder.<AddressView>created(URI.create("/addresses/" + address.id()))
                        .entity(address)
                        .build());
    }

    private Caller caller() {
        return Caller.of(identity);
    }

    /** The relation that an address may embed. */
    public static class Including {
        @QueryParam("include")
        @Parameter(description = "Embed who lives there", schema = @Schema(enumeration = "user"))
        String include;

        boolean user() {
            if (include != null && !include.equals("user")) {
                throw Malformed.parameter("include", "must be user");
            }
            return include != null;
        }
    }
}
