package dev.quire.openapi;

import static dev.quire.openapi.Schemas.reference;
import static dev.quire.openapi.Schemas.type;

import dev.quire.json.StrictJsonBodyReader;
import dev.quire.model.Post;
import jakarta.ws.rs.core.MediaType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;

/** The bodies of merge patches (RFC 7396): all members that can be written, none of them required. */
final class Patches {
    private Patches() {}

    static void complete(OpenAPI document) {
        Map<String, Schema> schemas = document.getComponents().getSchemas();
        Stream.of("Address", "User", "Category", "Post")
                .forEach(name ->
                        document.getComponents().addSchema(name + "Patch", patchOf(schemas.get(name + "Input"))));
        schemas.get("UserPatch")
                .addProperty(
                        "address",
                        OASFactory.createSchema()
                                .oneOf(List.of(reference("AddressPatch"), type(SchemaType.NULL)))
                                .description("Absent keeps the address; null deletes it, as DELETE"
                                        + " /users/{id}/address does"));
        // One schema for both, since generators do not support a union of an array and an object.
        schemas.get("CategoryLinks")
                .type(List.of(SchemaType.OBJECT, SchemaType.ARRAY))
                .description("An object adds some categories and takes some away; an array replaces them all, as PUT"
                        + " /posts/{id}/categories does. Absent keeps them")
                .items(reference("CategoryReference"))
                .maxItems(Post.MAX_CATEGORIES);
        schemas.get("PostPatch").addProperty("categories", reference("CategoryLinks"));
        document.getPaths().getPathItems().values().stream()
                .map(PathItem::getPATCH)
                .filter(operation -> operation != null)
                .forEach(Patches::complete);
    }

    private static Schema patchOf(Schema input) {
        return type(SchemaType.OBJECT)
                .description("A merge patch (RFC 7396): what is absent is kept")
                .additionalPropertiesSchema(OASFactory.createSchema().booleanSchema(false))
                .properties(new LinkedHashMap<>(input.getProperties()));
    }

    private static void complete(Operation operation) {
        Schema patch = reference(operation.getOperationId().replaceFirst("patch", "") + "Patch");
        var content = OASFactory.createContent();
        for (String type : List.of(StrictJsonBodyReader.MERGE_PATCH, MediaType.APPLICATION_JSON)) {
            content.addMediaType(type, OASFactory.createMediaType().schema(patch));
        }
        operation.getRequestBody().setContent(content);
    }
}
