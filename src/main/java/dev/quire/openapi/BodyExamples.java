package dev.quire.openapi;

import java.util.LinkedHashMap;
import java.util.List;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;

/**
 * The examples of bodies. They consist of the examples of their members, so that no tool has to invent one, unless the
 * operation has its own.
 */
record BodyExamples(Components components) {
    void complete(Operation operation) {
        if (operation.getRequestBody() != null) {
            operation.getRequestBody().getContent().getMediaTypes().values().forEach(media -> {
                if (media.getExample() == null) {
                    media.setExample(of(media.getSchema()));
                }
            });
        }
    }

    private Object of(Schema schema) {
        if (schema.getRef() != null) {
            return of(components.getSchemas().get(Schemas.name(schema)));
        }
        if (schema.getExamples() != null) {
            return schema.getExamples().get(0);
        }
        if (schema.getEnumeration() != null) {
            return schema.getEnumeration().get(0);
        }
        if (schema.getOneOf() != null) {
            return of(schema.getOneOf().get(0));
        }
        if (schema.getItems() != null) {
            return List.of(of(schema.getItems()));
        }
        var members = new LinkedHashMap<String, Object>();
        schema.getProperties().forEach((name, member) -> members.put(name, of(member)));
        return members;
    }
}
