package dev.quire.openapi;

import dev.quire.json.BodyReader;
import dev.quire.problem.Problem;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.ws.rs.core.MediaType;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem.HttpMethod;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** Completes the OpenAPI document with what holds for many operations, so that no resource has to repeat it. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ApiDocument implements OASFilter {
    private static final Set<String> LIMITED = Set.of("register", "logIn", "refresh", "changePassword");
    private static final String SCHEMAS = "#/components/schemas/";

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Map<String, Schema> schemas = document.getComponents().getSchemas();
        document.getComponents()
                .addSchema("AddressPatch", patchOf(schemas.get("AddressInput")))
                .addSchema("UserPatch", patchOf(schemas.get("UserInput")))
                .addSchema("CategoryPatch", patchOf(schemas.get("CategoryInput")))
                .addSchema("PostPatch", patchOf(schemas.get("PostInput")));
        member(document, "UserPatch", "address", anyOf(reference("AddressPatch"), type(SchemaType.NULL)));
        member(
                document,
                "PostPatch",
                "categories",
                anyOf(schemas.get("PostInput").getProperties().get("categories"), reference("CategoryLinks")));
        document.getPaths()
                .getPathItems()
                .forEach((path, item) ->
                        item.getOperations().forEach((method, operation) -> complete(path, method, operation)));
    }

    /** A merge patch (RFC 7396) has any of the members, and none has to be there. */
    private static Schema patchOf(Schema input) {
        return OASFactory.createSchema()
                .type(List.of(SchemaType.OBJECT))
                .description("A merge patch (RFC 7396): what is absent is kept")
                .properties(new LinkedHashMap<>(input.getProperties()));
    }

    private static void member(OpenAPI document, String schema, String name, Schema member) {
        document.getComponents().getSchemas().get(schema).addProperty(name, member);
    }

    private static void complete(String path, HttpMethod method, Operation operation) {
        List<Parameter> parameters =
                Optional.ofNullable(operation.getParameters()).orElse(List.of());
        parameters.stream()
                .filter(parameter -> parameter.getIn() == Parameter.In.PATH)
                .map(Parameter::getSchema)
                .filter(schema -> "int64".equals(schema.getFormat()))
                .forEach(schema -> schema.minimum(BigDecimal.ONE));
        if (parameters.stream().anyMatch(parameter -> "cursor".equals(parameter.getName()))) {
            header(operation, "200", "Link", "The pages first, prev and next (RFC 8288)");
        }
        header(operation, "201", "Location", "Where what was made is");
        if (method == HttpMethod.PATCH) {
            Schema patch = reference(operation.getOperationId().replaceFirst("patch", "") + "Patch");
            operation
                    .getRequestBody()
                    .setContent(OASFactory.createContent()
                            .addMediaType(
                                    BodyReader.MERGE_PATCH,
                                    OASFactory.createMediaType().schema(patch))
                            .addMediaType(
                                    MediaType.APPLICATION_JSON,
                                    OASFactory.createMediaType().schema(patch)));
        }
        if (method == HttpMethod.DELETE) {
            operation.getResponses().getAPIResponse("200").description("With dryRun=true: what would be done");
            operation.getResponses().addAPIResponse("204", response("Done"));
        }
        problems(path, method, operation, parameters);
    }

    private static void problems(String path, HttpMethod method, Operation operation, List<Parameter> parameters) {
        boolean body = operation.getRequestBody() != null;
        boolean secured =
                operation.getSecurity() != null && !operation.getSecurity().isEmpty();
        if (!parameters.isEmpty() || body) {
            problem(
                    operation,
                    "400",
                    body ? "The body is no JSON, or a parameter is malformed" : "A malformed parameter");
        }
        if (secured || path.endsWith("/log-in") || path.endsWith("/refresh")) {
            problem(operation, "401", "No good token, or no good password")
                    .addHeader("WWW-Authenticate", text("Bearer (RFC 6750)"));
        } else {
            problem(operation, "401", "A token that is not good");
        }
        // Who is nobody may read, but not all that there is to embed.
        if (secured || parameters.stream().anyMatch(parameter -> "include".equals(parameter.getName()))) {
            problem(operation, "403", "Not yours");
        }
        if (path.contains("{")) {
            problem(operation, "404", "There is no such thing");
        }
        if (body) {
            problem(operation, "413", "A body over 1 MiB");
            problem(operation, "415", "A body of another media type");
            problem(operation, "422", "JSON that is not acceptable: every violation at once, each with its pointer");
        }
        if (body || method == HttpMethod.DELETE) {
            problem(operation, "409", "Taken, or in use");
        }
        if (LIMITED.contains(operation.getOperationId())) {
            problem(operation, "429", "Too many attempts")
                    .addHeader("Retry-After", text("Seconds"))
                    .addHeader("RateLimit-Policy", text("The limit (draft-ietf-httpapi-ratelimit-headers)"))
                    .addHeader("RateLimit", text("What is left of it, and for how many seconds"));
        }
        problem(operation, "406", "Not to be had in a media type that is accepted");
        problem(operation, "500", "A fault of the service");
        problem(operation, "503", "The database is away, or the service is full")
                .addHeader("Retry-After", text("Seconds"));
    }

    static APIResponse problem(Operation operation, String status, String description) {
        APIResponse response = response(description)
                .content(OASFactory.createContent()
                        .addMediaType(
                                Problem.MEDIA_TYPE, OASFactory.createMediaType().schema(reference("Problem"))));
        operation.getResponses().addAPIResponse(status, response);
        return response;
    }

    static void header(Operation operation, String status, String name, String description) {
        APIResponse response = operation.getResponses().getAPIResponse(status);
        if (response != null) {
            response.addHeader(name, text(description));
        }
    }

    private static Header text(String description) {
        return OASFactory.createHeader().description(description).schema(type(SchemaType.STRING));
    }

    static APIResponse response(String description) {
        return OASFactory.createAPIResponse().description(description);
    }

    private static Schema anyOf(Schema one, Schema other) {
        return OASFactory.createSchema().anyOf(List.of(one, other));
    }

    private static Schema reference(String schema) {
        return OASFactory.createSchema().ref(SCHEMAS + schema);
    }

    private static Schema type(SchemaType type) {
        return OASFactory.createSchema().type(List.of(type));
    }
}
