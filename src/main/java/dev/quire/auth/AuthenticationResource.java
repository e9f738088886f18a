package dev.quire.auth;

import dev.quire.http.Confidential;
import dev.quire.http.FieldParameters;
import dev.quire.http.HashesPassword;
import dev.quire.http.Idempotent;
import dev.quire.http.NotBatchable;
import dev.quire.json.RawJson;
import dev.quire.security.Caller;
import dev.quire.security.ClientAddressResolver;
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
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirements;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The endpoints for registration, log-in and log-out. */
@Path("/authentication")
@Confidential
@NotBatchable("it is rate-limited, and its responses are tokens")
@Tag(name = "Authentication", description = "Register, log in to get tokens, and manage sessions and passwords")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class AuthenticationResource {
    private final AuthenticationService authentication;
    private final UserService users;
    private final SecurityIdentity identity;
    private final ClientAddressResolver clients;

    AuthenticationResource(
            AuthenticationService authentication,
            UserService users,
            SecurityIdentity identity,
            ClientAddressResolver clients) {
        this.authentication = authentication;
        this.users = users;
        this.identity = identity;
        this.clients = clients;
    }

    @POST
    @Path("/register")
    @Idempotent
    @HashesPassword
    @PermitAll
    @Operation(
            operationId = "register",
            summary = "Become a user, with an address if there is one",
            description =
                    "User and address are made in one transaction. An email that is taken, in whichever case, is a 409.")
    @SecurityRequirements
    @APIResponseSchema(value = UserView.class, responseCode = "201", responseDescription = "The user")
    @APIResponse(
            responseCode = "202",
            description =
                    "With QUIRE_REGISTRATION_DISCREET: a mail is on its way, to confirm the email or to say that it is taken")
    @APIResponse(responseCode = "429")
    public Uni<RestResponse<RawJson>> register(NewUserInput input) {
        return authentication
                .register(input, clients.current())
                .map(made -> made == null ? RestResponse.accepted() : made.answer());
    }

    @POST
    @Path("/log-in")
    @HashesPassword
    @PermitAll
    @Operation(
            operationId = "logIn",
            summary = "Get tokens for email and password",
            description =
                    "A session begins: the access token is sent with each request, and the refresh token gets the next ones. Neither is to be kept by a cache."
                            + " Users with a second factor send a code as well; without it, the problem is second-factor-required.")
    @SecurityRequirements
    @APIResponseSchema(LogInView.class)
    @APIResponse(responseCode = "429")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = LogInInput.class),
                            example = "{\"email\": \"grace@quire.example\","
                                    + " \"password\": \"correct horse battery staple\"}"))
    public Uni<LogInView> logIn(LogInInput input) {
        return authentication.logIn(input, clients.current());
    }

    @POST
    @Path("/refresh")
    @PermitAll
    @Operation(
            operationId = "refresh",
            summary = "Get the next tokens for a refresh token",
            description = "A refresh token is good once. While its successor has not been used, the refresh may be"
                    + " repeated, for 60 seconds unless configured otherwise, and gets the same successor: its answer"
                    + " may have been lost. After that, a token that was replaced ends the session, for its user and for"
                    + " a thief.")
    @SecurityRequirements
    @APIResponseSchema(LogInView.class)
    @APIResponse(responseCode = "429")
    public Uni<LogInView> refresh(RefreshInput input) {
        return authentication.refresh(input, clients.current());
    }

    @POST
    @Path("/log-out")
    @PermitAll
    @Operation(
            operationId = "logOut",
            summary = "End the session of a refresh token, if it has one",
            description = "A refresh token that is not good is no fault here: it has no session.")
    @SecurityRequirements
    @APIResponse(responseCode = "204", description = "It has none any longer")
    public Uni<RestResponse<Void>> logOut(RefreshInput input) {
        return authentication.logOut(input, clients.current()).replaceWith(RestResponse.noContent());
    }

    @GET
    @Authenticated
    @Operation(
            operationId = "getSelf",
            summary = "The user whom the token names",
            description = "The same as one finds at /users/{id} by one's own id.")
    @APIResponseSchema(UserView.class)
    public Uni<RawJson> self(@BeanParam FieldParameters showing) {
        return users.self(Caller.of(identity).id(), showing);
    }
}
