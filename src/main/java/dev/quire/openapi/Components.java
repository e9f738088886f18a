package dev.quire.openapi;

import dev.quire.problem.Problem;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Reference;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/**
 * The components that operations have in common, declared once so that the document stays short enough to be read. Header
 * fields are not among them: generators do not follow references to those.
 */
final class Components {
    private Components() {}

    static void share(OpenAPI document) {
        var components = document.getComponents();
        var parameters = new Shared<Parameter>(components::addParameter);
        var responses = new Shared<APIResponse>(components::addResponse);
        Schemas.operations(document).forEach(operation -> {
            if (operation.getParameters() != null) {
                operation.setParameters(operation.getParameters().stream()
                        .map(parameter -> parameters.share(name(parameter), parameter, OASFactory.createParameter()))
                        .toList());
            }
            operation.getResponses().getAPIResponses().forEach((status, response) -> {
                if (status.charAt(0) >= '4') {
                    operation
                            .getResponses()
                            .addAPIResponse(
                                    status, responses.share(name(response), response, OASFactory.createAPIResponse()));
                }
            });
        });
    }

    /** Returns the name of the schema of the values, if that depends on the representation, else that of the parameter. */
    private static String name(Parameter parameter) {
        Schema schema = parameter.getSchema();
        String values = schema.getItems() == null ? Schemas.name(schema) : Schemas.name(schema.getItems());
        return values == null ? parameter.getName().replace("-", "") : values;
    }

    /** Returns the name of a problem: those of its examples. */
    private static String name(APIResponse problem) {
        return problem.getContent().getMediaType(Problem.MEDIA_TYPE).getExamples().keySet().stream()
                .map(example -> Character.toUpperCase(example.charAt(0)) + example.substring(1))
                .collect(Collectors.joining("Or"));
    }

    /** The components of one kind. Of two with the same name, the first is shared. */
    private record Shared<T extends Reference<T>>(Map<String, T> known, BiConsumer<String, T> adder) {
        Shared(BiConsumer<String, T> adder) {
            this(new HashMap<>(), adder);
        }

        T share(String name, T one, T reference) {
            if (!known.containsKey(name)) {
                known.put(name, one);
                adder.accept(name, one);
            }
            return known.get(name).equals(one) ? reference.ref(name) : one;
        }
    }
}
