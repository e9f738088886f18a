package dev.quire.openapi;

import dev.quire.idempotency.Idempotent;
import dev.quire.precondition.Preconditions;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem.HttpMethod;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** Completes the OpenAPI document with entity tags, preconditions and idempotency keys. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class RetryDocument implements OASFilter {
    private static final Set<HttpMethod> CONDITIONAL = Set.of(HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);
    private static final Set<String> WITHOUT_TAG = Set.of("Deletion", "LogIn", "BatchResult");

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getPaths()
                .getPathItems()
                .values()
                .forEach(item -> item.getOperations().forEach(RetryDocument::complete));
    }

    private static void complete(HttpMethod method, Operation operation) {
        if (isRead(operation)) {
            header(operation, Preconditions.IF_NONE_MATCH, "Tags that are known: 304 when it has one of them");
            operation.getResponses().addAPIResponse("304", ApiDocument.response("It has a tag that is known"));
        }
        if (CONDITIONAL.contains(method)) {
            header(
                    operation,
                    Preconditions.IF_MATCH,
                    "The tag that was read, or a list of tags, or *: 412 when what is there has another");
            header(operation, Preconditions.IF_NONE_MATCH, "*: 412 when it is there");
            ApiDocument.problem(operation, "412", "A precondition does not hold");
            ApiDocument.problem(operation, "428", "There is no precondition, and the configuration demands one");
        }
        for (String status : Set.of("200", "201")) {
            APIResponse response = operation.getResponses().getAPIResponse(status);
            if (response != null && isTagged(response)) {
                ApiDocument.header(operation, status, "ETag", "The tag of the representation, strong (RFC 9110)");
            }
        }
        if (isIdempotent(method, operation)) {
            Parameter key = header(
                    operation,
                    Idempotent.KEY,
                    "The same request with the same key is answered as before, for 24 hours unless configured"
                            + " otherwise (draft-ietf-httpapi-idempotency-key-header)");
            key.getSchema().minLength(1).maxLength(255).pattern("^[!-~]+$");
            for (String status : Set.of("200", "201")) {
                ApiDocument.header(operation, status, "Idempotency-Replayed", "true when it was answered before");
            }
            ApiDocument.header(operation, "409", "Retry-After", "Seconds, when a request with this key is under way");
        }
    }

    /** Whatever is read has a choice of members. */
    private static boolean isRead(Operation operation) {
        return operation.getParameters() != null
                && operation.getParameters().stream().anyMatch(parameter -> "fields".equals(parameter.getName()));
    }

    private static boolean isTagged(APIResponse response) {
        if (response.getContent() == null) {
            return false;
        }
        Schema schema = response.getContent().getMediaType("application/json").getSchema();
        String name = Optional.ofNullable(schema.getItems()).orElse(schema).getRef();
        return name != null && !WITHOUT_TAG.contains(name.substring(name.lastIndexOf('/') + 1));
    }

    /** A POST that makes something. */
    private static boolean isIdempotent(HttpMethod method, Operation operation) {
        return method == HttpMethod.POST
                && (operation.getResponses().getAPIResponse("201") != null
                        || "runBatch".equals(operation.getOperationId()));
    }

    private static Parameter header(Operation operation, String name, String description) {
        Parameter parameter = OASFactory.createParameter()
                .in(Parameter.In.HEADER)
                .name(name)
                .description(description)
                .schema(OASFactory.createSchema().addType(SchemaType.STRING));
        operation.addParameter(parameter);
        return parameter;
    }
}
