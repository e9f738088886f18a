package dev.quire.openapi;

import java.util.Comparator;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;

/**
 * The order of the parameters of an operation: as in the path, then the required ones, then the others. Generated methods
 * have it, and of two ids in another order, swapped arguments would compile.
 */
final class ParameterOrder {
    private ParameterOrder() {}

    static void sort(String path, Operation operation) {
        if (operation.getParameters() != null) {
            operation.setParameters(operation.getParameters().stream()
                    .sorted(Comparator.comparingInt(parameter -> rank(path, parameter)))
                    .toList());
        }
    }

    private static int rank(String path, Parameter parameter) {
        if (parameter.getIn() == Parameter.In.PATH) {
            return path.indexOf("{" + parameter.getName() + "}");
        }
        return Boolean.TRUE.equals(parameter.getRequired()) ? path.length() : path.length() + 1;
    }
}
