package dev.quire.openapi;

import static dev.quire.openapi.Schemas.type;

import dev.quire.http.Idempotent;
import dev.quire.http.Preconditions;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem.HttpMethod;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** The entity tags, preconditions and idempotency keys of operations. */
final class Retries {
    private static final Set<HttpMethod> CONDITIONAL = Set.of(HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);
    private static final Set<String> WITHOUT_TAG = Set.of("Deletion", "LogIn");
    private static final String BATCH = "runBatch";

    private Retries() {}

    static void complete(OpenAPI document) {
        document.getPaths()
                .getPathItems()
                .values()
                .forEach(item -> item.getOperations().forEach(Retries::complete));
    }

    private static void complete(HttpMethod method, Operation operation) {
        if (method == HttpMethod.GET) {
            tags(operation, Preconditions.IF_NONE_MATCH, "Tags that are known, or *: 304 when it has one of them");
        }
        if (CONDITIONAL.contains(method)) {
            tags(
                    operation,
                    Preconditions.IF_MATCH,
                    "The tag that was read, or a list of tags, or *: 412 when what is there has another");
            tags(operation, Preconditions.IF_NONE_MATCH, "Tags, or *: 412 when what is there has one of them");
        }
        if (CONDITIONAL.contains(method) || isBatch(operation)) {
            Answers.problem(operation, "412", "A precondition does not hold");
            Answers.problem(operation, "428", "There is no precondition, and the configuration demands one");
        }
        for (String status : Set.of("200", "201")) {
            APIResponse response = operation.getResponses().getAPIResponse(status);
            if (response != null && isTagged(response)) {
                String description = "The tag of the representation, strong (RFC 9110)";
                if (isList(response)) {
                    // A stream of the list has no tag.
                    Answers.optionalHeader(operation, status, "ETag", type(SchemaType.STRING), description);
                } else {
                    Answers.header(operation, status, "ETag", type(SchemaType.STRING), description);
                }
            }
        }
        if (method == HttpMethod.GET) {
            // RFC 9110, section 15.4.5: with the header fields of the response that is not sent again
            APIResponse whole = operation.getResponses().getAPIResponse("200");
            APIResponse known = Answers.response("It has a tag that is known");
            known.setHeaders(new LinkedHashMap<>(whole.getHeaders()));
            operation.getResponses().addAPIResponse("304", known);
        }
        if (isIdempotent(method, operation)) {
            Parameter key = header(
                    operation,
                    Idempotent.KEY,
                    "The same request with the same key is answered as before, for 24 hours unless configured"
                            + " otherwise (draft-ietf-httpapi-idempotency-key-header)");
            key.getSchema().minLength(1).maxLength(255).pattern("^[!-~]+$");
            for (String status : Set.of("200", "201")) {
                Answers.optionalHeader(
                        operation,
                        status,
                        "Idempotency-Replayed",
                        type(SchemaType.BOOLEAN),
                        "true when it was answered before");
            }
        }
    }

    private static boolean isTagged(APIResponse response) {
        if (response.getContent() == null) {
            return false;
        }
        Schema schema = schema(response);
        return !WITHOUT_TAG.contains(
                Schemas.name(Optional.ofNullable(schema.getItems()).orElse(schema)));
    }

    private static boolean isList(APIResponse response) {
        return schema(response).getItems() != null;
    }

    private static Schema schema(APIResponse response) {
        return response.getContent().getMediaType("application/json").getSchema();
    }

    /** Returns whether the operation is a POST that creates something. */
    static boolean isIdempotent(HttpMethod method, Operation operation) {
        return method == HttpMethod.POST
                && (operation.getResponses().getAPIResponse("201") != null || isBatch(operation));
    }

    /** Returns whether the operation is the batch, which can fail like any of its operations. */
    static boolean isBatch(Operation operation) {
        return BATCH.equals(operation.getOperationId());
    }

    private static void tags(Operation operation, String name, String description) {
        header(operation, name, description).getSchema().pattern(Preconditions.PATTERN);
    }

    private static Parameter header(Operation operation, String name, String description) {
        Parameter parameter = OASFactory.createParameter()
                .in(Parameter.In.HEADER)
                .name(name)
                .description(description)
                .schema(type(SchemaType.STRING));
        operation.addParameter(parameter);
        return parameter;
    }
}
