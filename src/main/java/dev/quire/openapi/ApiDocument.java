package dev.quire.openapi;

import static dev.quire.openapi.Schemas.array;
import static dev.quire.openapi.Schemas.type;

import dev.quire.http.Idempotent;
import dev.quire.http.Ids;
import dev.quire.json.RawJson;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import io.smallrye.mutiny.Multi;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jboss.jandex.Type;

/**
 * A filter that adds the parts common to many operations to the OpenAPI document, so that no resource repeats them. They
 * follow from annotations, types and representations: nothing here names an operation or an entity.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ApiDocument implements OASFilter {
    private final Map<String, MethodInfo> methods;
    private final Selections selections;

    public ApiDocument(IndexView index) {
        // Of the indexes that Quarkus combines, several have the same class.
        methods = index.getAnnotations(Operation.class).stream()
                .filter(operation -> operation.value("operationId") != null)
                .collect(Collectors.toMap(
                        operation -> operation.value("operationId").asString(),
                        operation -> operation.target().asMethod(),
                        (one, same) -> one));
        selections = new Selections(index);
    }

    @Override
    public Schema filterSchema(Schema schema) {
        return Schemas.tidy(schema);
    }

    @Override
    public Parameter filterParameter(Parameter parameter) {
        Schema schema = parameter.getSchema();
        if (parameter.getIn() == Parameter.In.PATH && "int64".equals(schema.getFormat())) {
            schema.minimum(BigDecimal.ONE);
            if (parameter.getExample() == null) {
                // The demo data of development mode have a row of each kind with this id.
                parameter.setExample(2);
            }
        } else if (schema.getItems() != null && Ids.class.getSimpleName().equals(Schemas.name(schema.getItems()))) {
            Schema id = type(SchemaType.INTEGER).format("int64").minimum(BigDecimal.ONE);
            Selections.separated(parameter, array(id).minItems(1).maxItems(Ids.MAX));
        }
        return parameter;
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Patches.complete(document);
        selections.declare(document.getComponents());
        Schemas.declare(document.getComponents());
        document.getPaths()
                .getPathItems()
                .forEach((path, item) -> item.getOperations().forEach((verb, operation) -> {
                    MethodInfo method = Objects.requireNonNull(
                            methods.get(operation.getOperationId()), () -> verb + " " + path + " has no operationId");
                    boolean idempotent = method.hasAnnotation(Idempotent.class);
                    var examples = new ProblemExamples(
                            path, operation, method, Schemas.members(operation, document.getComponents()));
                    Answers.complete(path, verb, operation, idempotent, examples);
                    selections.complete(operation, document.getComponents());
                    Retries.complete(verb, operation, idempotent, isTagged(method.returnType()), examples);
                }));
        Schemas.close(document);
        var bodies = new BodyExamples(document.getComponents());
        Schemas.operations(document).forEach(bodies::complete);
        document.getPaths()
                .getPathItems()
                .forEach((path, item) ->
                        item.getOperations().values().forEach(operation -> ParameterOrder.sort(path, operation)));
        document.getComponents()
                .setSchemas(new TreeMap<>(document.getComponents().getSchemas()));
        // Some generators copy a schema to where it is referred to, and name the copy by its title.
        document.getComponents().getSchemas().forEach((name, schema) -> schema.title(name));
        Components.share(document);
        Tags.sort(document);
    }

    /** Returns whether responses of this type get an entity tag. */
    private static boolean isTagged(Type type) {
        return type.name().equals(DotName.createSimple(RawJson.class))
                || type.kind() == Type.Kind.PARAMETERIZED_TYPE
                        && !type.name().equals(DotName.createSimple(Multi.class))
                        && type.asParameterizedType().arguments().stream().anyMatch(ApiDocument::isTagged);
    }
}
