package dev.quire.graphql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quire.graphql.GraphqlService.Mutation;
import dev.quire.graphql.GraphqlService.Prepared;
import dev.quire.graphql.GraphqlService.Request;
import dev.quire.graphql.GraphqlService.Result;
import dev.quire.http.Idempotent;
import dev.quire.http.NotBatchable;
import dev.quire.http.ProblemMapper;
import dev.quire.http.VariesByReader;
import dev.quire.json.RawJson;
import dev.quire.json.RequestBodies;
import dev.quire.json.UnreadJson;
import dev.quire.problem.Problem;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.MethodNotAllowed;
import dev.quire.problem.Violation;
import dev.quire.problem.Violation.Code;
import dev.quire.security.Caller;
import graphql.GraphQLError;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The endpoint of GraphQL, by the specification "GraphQL over HTTP". */
@Path("/graphql")
@PermitAll
@VariesByReader
@NotBatchable("its mutations are a transaction of their own")
@Produces({GraphqlResource.GRAPHQL, MediaType.APPLICATION_JSON})
@Consumes(MediaType.APPLICATION_JSON)
public class GraphqlResource {
    static final String GRAPHQL = "application/graphql-response+json";

    /** The maximum length of the message of an invalid document, which quotes it. */
    private static final int MAX_MESSAGE = 500;

    private final GraphqlService service;
    private final RequestBodies bodies;
    private final ProblemMapper problems;
    private final SecurityIdentity identity;

    GraphqlResource(GraphqlService service, RequestBodies bodies, ProblemMapper problems, SecurityIdentity identity) {
        this.service = service;
        this.bodies = bodies;
        this.problems = problems;
        this.identity = identity;
    }

    @GET
    @Operation(hidden = true)
    public Uni<Response> get(
            @QueryParam("query") String query,
            @QueryParam("documentId") String documentId,
            @QueryParam("operationName") String operation,
            @QueryParam("variables") String variables,
            @QueryParam("extensions") String extensions,
            @Context HttpHeaders headers,
            @Context UriInfo uri) {
        return answer(
                () -> {
                    object("extensions", extensions == null ? null : parsed("extensions", extensions));
                    return new Request(
                            query,
                            documentId,
                            operation,
                            object("variables", variables == null ? null : parsed("variables", variables)));
                },
                true,
                headers,
                uri);
    }

    @POST
    @Idempotent
    @Operation(hidden = true)
    public Uni<Response> post(JsonNode body, @Context HttpHeaders headers, @Context UriInfo uri) {
        return answer(
                () -> {
                    if (body == null || !body.isObject()) {
                        throw malformed("", "must be one object: several operations in a request are not supported");
                    }
                    object("extensions", body.get("extensions"));
                    return new Request(
                            text("query", body),
                            text("documentId", body),
                            text("operationName", body),
                            object("variables", body.get("variables")));
                },
                false,
                headers,
                uri);
    }

    private JsonNode parsed(String parameter, String text) {
        try {
            return bodies.read(new UnreadJson(text));
        } catch (BadRequest e) {
            throw BadRequest.parameter(parameter, Code.MALFORMED, "must be JSON");
        }
    }

    private static String text(String member, JsonNode body) {
        JsonNode value = body.get(member);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw malformed("/" + member, "must be a string");
        }
        return value.textValue();
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> object(String member, JsonNode value) {
        if (value == null || value.isNull()) {
            return Map.of();
        }
        if (!value.isObject()) {
            throw malformed("/" + member, "must be an object");
        }
        return (Map<String, Object>) bodies.value(value);
    }

    private static BadRequest malformed(String pointer, String detail) {
        return new BadRequest("The request " + detail + ".", List.of(Violation.at(pointer, Code.WRONG_TYPE, detail)));
    }

    private Uni<Response> answer(Supplier<Request> request, boolean safe, HttpHeaders headers, UriInfo uri) {
        boolean strict = GRAPHQL.equals(headers.getHeaderString(HttpHeaders.ACCEPT));
        return Uni.createFrom()
                .item(request)
                .chain(asked -> {
                    Caller caller = Caller.of(identity);
                    Prepared prepared = service.prepare(asked, caller);
                    if (safe && prepared instanceof Mutation) {
                        throw new MethodNotAllowed();
                    }
                    return service.run(prepared, caller);
                })
                .map(result -> ok(result, strict, uri))
                .onFailure()
                .recoverWithItem(failure -> failed(failure, strict, uri));
    }

    private Response ok(Result result, boolean strict, UriInfo uri) {
        var errors = new ArrayList<>();
        result.refused()
                .forEach((key, refused) -> errors.add(
                        error((Problem) problems.known(refused, uri).getEntity(), Map.of("path", List.of(key)))));
        String before = errors.isEmpty() ? "{" : "{\"errors\":" + bodies.text(errors) + ",";
        return of(Response.ok(), strict, before + "\"data\":" + result.data().text() + "}");
    }

    private Response failed(Throwable failure, boolean strict, UriInfo uri) {
        if (failure instanceof InvalidDocument invalid) {
            Response problem = problems.known(new BadRequest("The document is invalid.", List.of()), uri);
            List<?> errors = invalid.errors().stream()
                    .map(error -> error((Problem) problem.getEntity(), error))
                    .toList();
            return of(Response.status(strict ? 400 : 200), strict, "{\"errors\":" + bodies.text(errors) + "}");
        }
        if (failure instanceof FieldFailed field) {
            Response problem = problems.unexpected(field.getCause(), uri);
            List<?> errors = List.of(error((Problem) problem.getEntity(), Map.of("path", List.of(field.key()))));
            Response.ResponseBuilder answer =
                    problem.getStatus() < 500 ? Response.ok() : Response.fromResponse(problem);
            return of(answer, strict, "{\"errors\":" + bodies.text(errors) + ",\"data\":null}");
        }
        Response problem = problems.unexpected(failure, uri);
        if (failure instanceof MethodNotAllowed) {
            problem.getHeaders().putSingle(HttpHeaders.ALLOW, "POST");
        }
        String errors = bodies.text(List.of(error((Problem) problem.getEntity(), Map.of())));
        return of(Response.fromResponse(problem), strict, "{\"errors\":" + errors + "}");
    }

    private static Response of(Response.ResponseBuilder answer, boolean strict, String json) {
        return answer.type((strict ? GRAPHQL : MediaType.APPLICATION_JSON) + ";charset=utf-8")
                .entity(new RawJson(json))
                .build();
    }

    private static Map<String, Object> error(Problem problem, GraphQLError invalid) {
        var error = new LinkedHashMap<String, Object>();
        error.put("message", shortened(invalid.getMessage()));
        if (invalid.getLocations() != null && !invalid.getLocations().isEmpty()) {
            error.put(
                    "locations",
                    invalid.getLocations().stream()
                            .map(place -> Map.of("line", place.getLine(), "column", place.getColumn()))
                            .toList());
        }
        error.put("extensions", Map.of("problem", problem));
        return error;
    }

    private static String shortened(String message) {
        if (message.length() <= MAX_MESSAGE) {
            return message;
        }
        int[] beginning = message.codePoints().limit(MAX_MESSAGE).toArray();
        return new String(beginning, 0, beginning.length) + "…";
    }

    private static Map<String, Object> error(Problem problem, Map<String, Object> place) {
        var error = new LinkedHashMap<String, Object>();
        error.put("message", problem.detail());
        error.putAll(place);
        error.put("extensions", Map.of("problem", problem));
        return error;
    }
}
