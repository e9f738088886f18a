package dev.quire.openapi;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;

/** The functions that build schemas, and the corrections of the schemas that the scan of the classes creates. */
final class Schemas {
    private static final String PLACE = "#/components/schemas/";
    private static final String TIME = "Instant";
    private static final List<String> WRITTEN = List.of("Input", "Reference", "Links", "Conditions", "Inhabitant");

    private Schemas() {}

    static Schema type(SchemaType type) {
        return OASFactory.createSchema().type(List.of(type));
    }

    static Schema array(Schema item) {
        return type(SchemaType.ARRAY).items(item);
    }

    /** Returns an enumeration, with names for languages that do not allow - and . in a name. */
    static Schema enumeration(List<String> values) {
        Schema schema = type(SchemaType.STRING);
        values.forEach(schema::addEnumeration);
        if (values.stream().anyMatch(value -> !value.chars().allMatch(Character::isLetter))) {
            schema.addExtension(
                    "x-enum-varnames", values.stream().map(Schemas::identifier).toList());
        }
        return schema;
    }

    /**
     * Returns a value in the spelling of constants. In Kotlin no constant can be called "name", since every constant has a
     * member of that name.
     */
    private static String identifier(String value) {
        return value.replaceFirst("^-(.*)", "$1Descending")
                .replaceAll("([a-z])([A-Z])", "$1_$2")
                .replace('.', '_')
                .toUpperCase(Locale.ROOT);
    }

    static Schema reference(String name) {
        return OASFactory.createSchema().ref(PLACE + name);
    }

    /** Returns the name of the schema that this schema refers to, null if it refers to none. */
    static String name(Schema schema) {
        return schema.getRef() == null ? null : schema.getRef().replace(PLACE, "");
    }

    /** Returns all operations of the document. */
    static Stream<Operation> operations(OpenAPI document) {
        return document.getPaths().getPathItems().values().stream()
                .flatMap(item -> item.getOperations().values().stream());
    }

    static void tidy(OpenAPI document) {
        Map<String, Schema> schemas = document.getComponents().getSchemas();
        schemas.values().stream()
                .map(Schema::getProperties)
                .filter(Objects::nonNull)
                .flatMap(members -> members.values().stream())
                .forEach(Schemas::tidy);
        schemas.forEach((name, schema) -> {
            // Unknown members of a request are rejected; a response may get new members in the future.
            if (WRITTEN.stream().anyMatch(name::endsWith) || name.equals("BatchOperation")) {
                schema.additionalPropertiesSchema(OASFactory.createSchema().booleanSchema(false));
            }
        });
        // Either an id alone, or all three members of a new user.
        schemas.get("Inhabitant")
                .minProperties(1)
                .maxProperties(3)
                .dependentRequired(new TreeMap<>(Map.of(
                        "email", List.of("name", "password"),
                        "name", List.of("email", "password"),
                        "password", List.of("email", "name"))));
        document.getComponents().addSchema("Role", enumeration(List.of("user", "admin")));
        schemas.get("User").getProperties().get("roles").items(reference("Role"));
        operations(document).forEach(Schemas::limitElements);
        document.getComponents().removeSchema("Ids");
        document.getComponents().removeSchema(TIME);
    }

    private static void limitElements(Operation operation) {
        if ("setRolesOfUser".equals(operation.getOperationId())) {
            body(operation)
                    .items(reference("Role"))
                    .minItems(1)
                    .maxItems(100)
                    .contains(OASFactory.createSchema().constValue("user"));
        }
        if (Retries.isBatch(operation)) {
            body(operation).minItems(1).maxItems(100);
        }
    }

    private static Schema body(Operation operation) {
        return operation
                .getRequestBody()
                .getContent()
                .getMediaType("application/json")
                .getSchema();
    }

    private static void tidy(Schema member) {
        if (TIME.equals(name(member))) {
            member.setRef(null);
            member.type(List.of(SchemaType.STRING)).format("date-time");
        } else if (member.getRef() != null) {
            // The referenced schema has its own type.
            member.setType(null);
        } else if (member.getAnyOf() != null) {
            // Some schema or null: client generators recognize that by oneOf.
            member.setType(null);
            member.setOneOf(member.getAnyOf());
            member.setAnyOf(null);
        }
    }
}
