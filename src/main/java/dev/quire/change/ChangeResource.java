package dev.quire.change;

import dev.quire.http.VariesByReader;
import dev.quire.json.RawJson;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.Violation.Code;
import dev.quire.security.Caller;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The endpoint of the changes of all rows, for copies that have to stay equal. */
@Path("/changes")
@Tag(
        name = "Changes",
        description = "Read every change, to keep a copy on a phone, in a cache or in a search index equal")
@Produces({MediaType.APPLICATION_JSON, MediaType.SERVER_SENT_EVENTS})
public class ChangeResource {
    private static final String MAX_LIMIT = "1000";
    private static final String DEFAULT_LIMIT = "200";
    private static final Predicate<String> LIMITS =
            Pattern.compile("[1-9]\\d{0,2}|" + MAX_LIMIT).asMatchPredicate();

    private final ChangeService changes;
    private final SecurityIdentity identity;

    ChangeResource(ChangeService changes, SecurityIdentity identity) {
        this.changes = changes;
        this.identity = identity;
    }

    @GET
    @PermitAll
    @VariesByReader
    @Operation(
            operationId = "listChanges",
            summary = "Changes after a position, the oldest first",
            description =
                    "Without since, all rows. Repeat with the position of the response: while more is true at once, and from"
                            + " then on as often as you like. Each row comes once in its present state; a row that was deleted"
                            + " in the last 90 days comes as deleted.")
    @APIResponseSchema(ChangesView.class)
    @APIResponse(responseCode = "410")
    public Uni<RawJson> list(
            @QueryParam("since") @Parameter(description = "The position of the last response; without it all rows")
                    String since,
            @QueryParam("kinds")
                    @Parameter(
                            description =
                                    "The kinds of rows; all unless told otherwise. The kind user needs a token and is your own row")
                    List<String> kinds,
            @QueryParam("limit")
                    @Parameter(
                            description =
                                    "The most changes in the response; there are fewer when they are longer than 1 MiB together",
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            minimum = "1",
                                            maximum = MAX_LIMIT,
                                            defaultValue = DEFAULT_LIMIT))
                    String limit,
            @HeaderParam(HttpHeaders.LAST_EVENT_ID_HEADER)
                    @Parameter(
                            description =
                                    "With text/event-stream, the position that was reached; it comes before since")
                    String lastEventId,
            @Context HttpHeaders headers,
            @Context RoutingContext routing) {
        if (limit != null && !LIMITS.test(limit)) {
            throw BadRequest.parameter("limit", Code.INVALID, "must be from 1 to " + MAX_LIMIT);
        }
        Caller caller = Caller.of(identity);
        if (!MediaType.SERVER_SENT_EVENTS.equals(headers.getHeaderString(HttpHeaders.ACCEPT))) {
            return changes.read(since, kinds, Integer.parseInt(limit == null ? DEFAULT_LIMIT : limit), caller);
        }
        if (limit != null) {
            throw BadRequest.parameter(
                    "limit", Code.NOT_ALLOWED, "is not allowed with " + MediaType.SERVER_SENT_EVENTS);
        }
        Instant expiry = identity.getPrincipal() instanceof JsonWebToken token
                ? Instant.ofEpochSecond(token.getExpirationTime())
                : null;
        return changes.stream(routing, since, lastEventId, kinds, caller, expiry)
                .replaceWith(() -> null);
    }
}
