package dev.quire.openapi;

import static dev.quire.openapi.Answers.declares;
import static dev.quire.openapi.Schemas.type;

import dev.quire.http.Idempotent;
import dev.quire.http.Preconditions;
import java.util.LinkedHashMap;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem.HttpMethod;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** The entity tags, preconditions and idempotency keys of operations. */
final class Retries {
    private static final Set<HttpMethod> CONDITIONAL = Set.of(HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);
    private static final Set<String> SUCCESSES = Set.of("200", "201");

    private Retries() {}

    static void complete(
            HttpMethod method, Operation operation, boolean idempotent, boolean tagged, ProblemExamples examples) {
        boolean conditional = method == HttpMethod.GET && !Selections.isExport(operation);
        if (conditional) {
            tags(operation, Preconditions.IF_NONE_MATCH, "Tags that are known, or *: 304 when it has one of them");
        }
        if (CONDITIONAL.contains(method)) {
            tags(
                    operation,
                    Preconditions.IF_MATCH,
                    "The tag that was read, or a list of tags, or *: 412 when what is there has another");
            tags(operation, Preconditions.IF_NONE_MATCH, "Tags, or *: 412 when what is there has one of them");
        }
        if (declares(operation, "412") | declares(operation, "428") || CONDITIONAL.contains(method)) {
            Answers.problem(examples, "412", "A precondition does not hold");
            Answers.problem(examples, "428", "There is no precondition, and the configuration demands one");
        }
        operation.getResponses().getAPIResponses().forEach((status, response) -> {
            if (tagged && SUCCESSES.contains(status)) {
                response.addHeader(
                        "ETag",
                        Answers.text("The tag of the representation, strong (RFC 9110)")
                                .required(true));
            }
            if (idempotent && SUCCESSES.contains(status)) {
                response.addHeader(
                        "Idempotency-Replayed",
                        Answers.header(type(SchemaType.BOOLEAN), "true when it was answered before"));
            }
        });
        if (conditional) {
            // RFC 9110, section 15.4.5: with the header fields of the response that is not sent again
            APIResponse whole = operation.getResponses().getAPIResponse("200");
            APIResponse unchanged = Answers.response("It has a tag that is known");
            unchanged.setHeaders(new LinkedHashMap<>(whole.getHeaders()));
            operation.getResponses().addAPIResponse("304", unchanged);
        }
        if (idempotent) {
            Parameter key = header(
                    operation,
                    Idempotent.KEY,
                    "The same request with the same key is answered as before, for 24 hours unless configured"
                            + " otherwise (draft-ietf-httpapi-idempotency-key-header)");
            key.getSchema().minLength(1).maxLength(255).pattern("^[!-~]+$");
        }
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
