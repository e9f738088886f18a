package dev.quire.openapi;

import static dev.quire.openapi.Schemas.array;
import static dev.quire.openapi.Schemas.reference;
import static dev.quire.openapi.Schemas.type;

import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;

/** The bodies of merge patches (RFC 7396): all members that can be written, none of them required. */
final class Patches {
    private Patches() {}

    static void complete(OpenAPI document) {
        document.getPaths().getPathItems().values().stream()
                .map(PathItem::getPATCH)
                .filter(Objects::nonNull)
                .forEach(operation -> complete(operation, document.getComponents()));
        document.getComponents().getSchemas().values().stream()
                .filter(schema ->
                        schema.getProperties() != null && schema.getProperties().containsKey("connect"))
                .forEach(Patches::allowArray);
    }

    private static void complete(Operation operation, Components components) {
        String name = operation.getOperationId().replaceFirst("patch", "") + "Patch";
        operation.getRequestBody().getContent().getMediaTypes().values().forEach(media -> {
            String input = Schemas.name(media.getSchema());
            declare(
                    name,
                    input == null ? media.getSchema() : components.getSchemas().get(input),
                    components);
            media.setSchema(reference(name));
        });
    }

    private static void declare(String name, Schema input, Components components) {
        Schema patch = type(SchemaType.OBJECT).description("A merge patch (RFC 7396): what is absent is kept");
        input.getProperties().forEach((member, schema) -> {
            // A member that the operation declares anew refers to another schema, and still has the constraints of
            // before.
            Schema only = schema.getRef() == null ? schema : reference(Schemas.name(schema));
            patch.addProperty(member, Schemas.redirect(only, of -> declareNested(of, components)));
        });
        components.addSchema(name, patch);
    }

    /** Returns the name of the patch of an input inside another, which is a merge patch as well. */
    private static String declareNested(String input, Components components) {
        if (!input.endsWith("Input")) {
            return input;
        }
        String name = input.replaceFirst("Input$", "Patch");
        declare(name, components.getSchemas().get(input), components);
        return name;
    }

    /**
     * Allows an array in place of the changes of links, and no other member beside set. A union of an object and an array
     * would say the same, but what generators make of it does not compile in Java.
     */
    private static void allowArray(Schema links) {
        Schema set = links.getProperties().get("set");
        links.setType(null);
        links.setIfSchema(type(SchemaType.OBJECT));
        links.setElseSchema(array(set.getItems()).maxItems(set.getMaxItems()));
        links.setDependentSchemas(Map.of("set", OASFactory.createSchema().maxProperties(1)));
    }
}
