package dev.quire.authentication;

import dev.quire.authorization.Caller;
import dev.quire.json.Json;
import dev.quire.parameter.Showing;
import dev.quire.user.NewUserInput;
import dev.quire.user.UserService;
import dev.quire.user.UserView;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** Registration and log-in. */
@Path("/authentication")
@Tag(name = "Authentication")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class AuthenticationResource {
    private final AuthenticationService authentication;
    private final UserService users;
    private final SecurityIdentity identity;

    AuthenticationResource(AuthenticationService authentication, UserService users, SecurityIdentity identity) {
        this.authentication = authentication;
        this.users = users;
        this.identity = identity;
    }

    @POST
    @Path("/register")
    @PermitAll
    @Operation(operationId = "register", summary = "Become a user, with an address if there is one")
    @APIResponseSchema(value = UserView.class, responseCode = "201", responseDescription = "The user")
    public Uni<RestResponse<Json>> register(NewUserInput input) {
        return authentication.register(input).map(user -> user.answerBelow("/users/"));
    }

    @POST
    @Path("/log-in")
    @PermitAll
    @Operation(operationId = "logIn", summary = "Get a token for email and password")
    public Uni<RestResponse<LogInView>> logIn(LogInInput input) {
        return authentication
                .logIn(input)
                .map(token -> RestResponse.ResponseBuilder.ok(token)
                        .header(HttpHeaders.CACHE_CONTROL, "no-store")
                        .build());
    }

    @GET
    @Authenticated
    @Operation(operationId = "getSelf", summary = "The user whom the token names")
    @APIResponseSchema(UserView.class)
    public Uni<Json> self(@BeanParam Showing showing) {
        return users.self(Caller.of(identity).id(), showing);
    }
}
