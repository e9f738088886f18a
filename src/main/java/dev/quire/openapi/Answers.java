package dev.quire.openapi;

import static dev.quire.openapi.Schemas.type;

import dev.quire.problem.Problem;
import java.math.BigDecimal;
import java.util.List;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem.HttpMethod;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityRequirement;

/** The parts that operations share: problems, the header field Location, and the security requirements. */
final class Answers {
    private static final String BEARER = "bearer";

    private Answers() {}

    static void complete(
            String path, HttpMethod method, Operation operation, boolean idempotent, ProblemExamples examples) {
        APIResponse created = operation.getResponses().getAPIResponse("201");
        if (created != null) {
            Schema place = type(SchemaType.STRING).format("uri-reference").addExample("/posts/7");
            created.addHeader(
                    "Location",
                    header(place, "Where what was made is: an absolute path of this service")
                            .required(true));
        }
        if (method == HttpMethod.DELETE) {
            operation.getResponses().getAPIResponse("200").description("With dryRun=true: what would be done");
            operation.getResponses().addAPIResponse("204", response("Done"));
        }
        boolean secured =
                operation.getSecurity() != null && !operation.getSecurity().isEmpty();
        problems(path, method, operation, secured, idempotent, examples);
        operation.setSecurity(security(operation, secured));
    }

    /**
     * Returns the security requirements. Where no token is required, a token is still optional, unless the method says that
     * there are no requirements: such operations do not depend on the caller.
     */
    private static List<SecurityRequirement> security(Operation operation, boolean secured) {
        // A role is no scope (OpenAPI 3.1, section 4.8.30): a caller without the required role gets a 403.
        SecurityRequirement bearer = OASFactory.createSecurityRequirement().addScheme(BEARER);
        if (operation.getSecurity() == null) {
            return List.of(OASFactory.createSecurityRequirement(), bearer);
        }
        return secured ? List.of(bearer) : List.of();
    }

    private static void problems(
            String path,
            HttpMethod method,
            Operation operation,
            boolean secured,
            boolean idempotent,
            ProblemExamples examples) {
        boolean body = operation.getRequestBody() != null;
        problem(examples, "400", "The body is no JSON, or a parameter or a header is malformed");
        problem(examples, "401", "No good token, or no good password")
                .addHeader(
                        "WWW-Authenticate",
                        text("Bearer, with the reason (RFC 6750)").required(true));
        // Anonymous callers may read, but may not embed everything.
        if (secured || takes(operation, "include")) {
            problem(examples, "403", "The caller may not do this");
        }
        // A write by name creates the missing resource instead.
        boolean names = path.contains("{id}") || path.contains("{") && method == HttpMethod.GET;
        if (declares(operation, "404") || names) {
            problem(examples, "404", "There is no such thing");
        }
        if (declares(operation, "410")) {
            problem(examples, "410", "The position is too old, or belongs to a database that was replaced");
        }
        if (body) {
            problem(examples, "413", "A body over 1 MiB");
            problem(examples, "415", "A body of another media type, or with a content coding")
                    .addHeader("Accept-Encoding", text("When the content coding is not read: identity"))
                    .addHeader(
                            "Accept-Patch", text("The media types of a PATCH of this path, if it has one (RFC 5789)"));
        }
        if (declares(operation, "422") || body) {
            problem(
                    examples,
                    "422",
                    "What can be read and is not acceptable: every violation at once, each with its pointer");
        }
        if (declares(operation, "409") || idempotent || takes(operation, "onDelete")) {
            problem(examples, "409", "Taken, in use, or still under way with the same Idempotency-Key")
                    .addHeader("Retry-After", seconds("When it is under way: seconds to wait"));
        }
        if (declares(operation, "429")) {
            problem(examples, "429", "Too many attempts")
                    .addHeader("Retry-After", seconds("Seconds to wait").required(true))
                    .addHeader("RateLimit-Policy", text("The limit (draft-ietf-httpapi-ratelimit-headers)"))
                    .addHeader("RateLimit", text("What is left of it, and for how many seconds"));
        }
        problem(examples, "406", "Not to be had in a media type that is accepted");
        problem(examples, "500", "A fault of the service");
        problem(examples, "503", "The database is away, or the service is full")
                .addHeader("Retry-After", seconds("Seconds to wait").required(true));
    }

    /** Returns whether the method declares a problem, and makes room for it, so that the order is the same everywhere. */
    static boolean declares(Operation operation, String status) {
        boolean declared = operation.getResponses().hasAPIResponse(status);
        operation.getResponses().removeAPIResponse(status);
        return declared;
    }

    static APIResponse problem(ProblemExamples examples, String status, String description) {
        APIResponse response = response(description)
                .content(OASFactory.createContent()
                        .addMediaType(
                                Problem.MEDIA_TYPE,
                                OASFactory.createMediaType()
                                        .schema(Schemas.reference("Problem"))
                                        .examples(examples.of(Integer.parseInt(status)))));
        examples.operation().getResponses().addAPIResponse(status, response);
        return response;
    }

    /** Returns a header field that may be absent. */
    static Header text(String description) {
        return header(type(SchemaType.STRING), description);
    }

    private static Header seconds(String description) {
        return header(type(SchemaType.INTEGER).format("int32").minimum(BigDecimal.ZERO), description);
    }

    static Header header(Schema schema, String description) {
        return OASFactory.createHeader().description(description).schema(schema);
    }

    static boolean takes(Operation operation, String parameter) {
        return operation.getParameters() != null
                && operation.getParameters().stream()
                        .anyMatch(known -> known.getName().equals(parameter));
    }

    static APIResponse response(String description) {
        return OASFactory.createAPIResponse().description(description);
    }
}
