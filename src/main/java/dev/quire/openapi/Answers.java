package dev.quire.openapi;

import static dev.quire.openapi.Schemas.type;

import dev.quire.problem.Problem;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem.HttpMethod;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityRequirement;

/** The parts that operations share: problems, the header field Location, and the security requirements. */
final class Answers {
    private static final Set<String> LIMITED = Set.of("register", "logIn", "refresh", "changePassword");
    private static final Set<String> CONFLICTING =
            Set.of("replaceUser", "patchUser", "replaceCategory", "patchCategory", "deleteUser", "deleteCategory");
    private static final Set<String> WITHOUT_TOKEN = Set.of("register", "logIn", "refresh", "logOut", "getKeys");
    private static final String UNACCEPTABLE =
            "What can be read and is not acceptable: every violation at once, each with its pointer";
    private static final String BEARER = "bearer";

    private Answers() {}

    static void complete(OpenAPI document) {
        document.getPaths()
                .getPathItems()
                .forEach((path, item) ->
                        item.getOperations().forEach((method, operation) -> complete(path, method, operation)));
    }

    private static void complete(String path, HttpMethod method, Operation operation) {
        List<Parameter> parameters =
                Optional.ofNullable(operation.getParameters()).orElse(List.of());
        parameters.stream()
                .filter(parameter -> parameter.getIn() == Parameter.In.PATH)
                .map(Parameter::getSchema)
                .filter(schema -> "int64".equals(schema.getFormat()))
                .forEach(schema -> schema.minimum(BigDecimal.ONE));
        header(
                operation,
                "201",
                "Location",
                type(SchemaType.STRING).format("uri-reference").addExample("/posts/7"),
                "Where what was made is: an absolute path of this service");
        if (method == HttpMethod.DELETE) {
            operation.getResponses().getAPIResponse("200").description("With dryRun=true: what would be done");
            operation.getResponses().addAPIResponse("204", response("Done"));
        }
        boolean secured =
                operation.getSecurity() != null && !operation.getSecurity().isEmpty();
        problems(path, method, operation, secured);
        operation.setSecurity(security(operation, secured));
    }

    /**
     * Returns the security requirements. Where no token is required, a token is still optional, except for operations that
     * do not depend on the caller.
     */
    private static List<SecurityRequirement> security(Operation operation, boolean secured) {
        // A role is no scope (OpenAPI 3.1, section 4.8.30): a caller without the required role gets a 403.
        SecurityRequirement bearer = OASFactory.createSecurityRequirement().addScheme(BEARER);
        if (secured) {
            return List.of(bearer);
        }
        return WITHOUT_TOKEN.contains(operation.getOperationId())
                ? List.of()
                : List.of(OASFactory.createSecurityRequirement(), bearer);
    }

    private static void problems(String path, HttpMethod method, Operation operation, boolean secured) {
        boolean body = operation.getRequestBody() != null;
        boolean parameters = operation.getParameters() != null;
        problem(operation, "400", "The body is no JSON, or a parameter or a header is malformed");
        problem(operation, "401", "No good token, or no good password")
                .addHeader(
                        "WWW-Authenticate",
                        text("Bearer, with the reason (RFC 6750)").required(true));
        // Anonymous callers may read, but may not embed everything.
        if (secured || parameters && names(operation).contains("include")) {
            problem(operation, "403", "Not for who asks");
        }
        // A write by name creates the missing resource instead.
        boolean names = path.contains("{id}") || path.contains("{name}") && method == HttpMethod.GET;
        if (names || Retries.isBatch(operation)) {
            problem(operation, "404", "There is no such thing");
        }
        if (body) {
            problem(operation, "413", "A body over 1 MiB");
            problem(operation, "415", "A body of another media type, or with a content coding")
                    .addHeader("Accept-Encoding", text("When the content coding is not read: identity"))
                    .addHeader(
                            "Accept-Patch", text("The media types of a PATCH of this path, if it has one (RFC 5789)"));
            problem(operation, "422", UNACCEPTABLE);
        }
        if (operation.getOperationId().equals("connectCategoryToPost")) {
            problem(operation, "422", UNACCEPTABLE);
        }
        if (Retries.isIdempotent(method, operation) || CONFLICTING.contains(operation.getOperationId())) {
            problem(operation, "409", "Taken, in use, or still under way with the same Idempotency-Key")
                    .addHeader("Retry-After", seconds("When it is under way: seconds to wait"));
        }
        if (LIMITED.contains(operation.getOperationId())) {
            problem(operation, "429", "Too many attempts")
                    .addHeader("Retry-After", seconds("Seconds to wait").required(true))
                    .addHeader("RateLimit-Policy", text("The limit (draft-ietf-httpapi-ratelimit-headers)"))
                    .addHeader("RateLimit", text("What is left of it, and for how many seconds"));
        }
        problem(operation, "406", "Not to be had in a media type that is accepted");
        problem(operation, "500", "A fault of the service");
        problem(operation, "503", "The database is away, or the service is full")
                .addHeader("Retry-After", seconds("Seconds to wait").required(true));
    }

    private static List<String> names(Operation operation) {
        return operation.getParameters().stream().map(Parameter::getName).toList();
    }

    static APIResponse problem(Operation operation, String status, String description) {
        APIResponse response = response(description)
                .content(OASFactory.createContent()
                        .addMediaType(
                                Problem.MEDIA_TYPE, OASFactory.createMediaType().schema(Schemas.reference("Problem"))));
        operation.getResponses().addAPIResponse(status, response);
        return response;
    }

    /** Adds a header field that is always present. */
    static void header(Operation operation, String status, String name, Schema schema, String description) {
        addHeader(operation, status, name, true, schema, description);
    }

    /** Adds a header field that may be absent, such as in a stream. */
    static void optionalHeader(Operation operation, String status, String name, Schema schema, String description) {
        addHeader(operation, status, name, null, schema, description);
    }

    private static void addHeader(
            Operation operation, String status, String name, Boolean required, Schema schema, String description) {
        APIResponse response = operation.getResponses().getAPIResponse(status);
        if (response != null) {
            response.addHeader(
                    name,
                    OASFactory.createHeader()
                            .description(description)
                            .required(required)
                            .schema(schema));
        }
    }

    private static Header text(String description) {
        return OASFactory.createHeader().description(description).schema(type(SchemaType.STRING));
    }

    private static Header seconds(String description) {
        return OASFactory.createHeader()
                .description(description)
                .schema(type(SchemaType.INTEGER).format("int32").minimum(BigDecimal.ZERO));
    }

    static APIResponse response(String description) {
        return OASFactory.createAPIResponse().description(description);
    }
}
