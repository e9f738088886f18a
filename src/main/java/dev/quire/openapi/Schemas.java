package dev.quire.openapi;

import dev.quire.problem.Problem;
import dev.quire.problem.Violation;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;

/** The functions that build schemas, and the corrections of the schemas that the scan of the classes creates. */
final class Schemas {
    private static final String PLACE = "#/components/schemas/";

    /** The extension that generators read the names of constants from. */
    private static final String NAMES = "x-enum-varnames";

    private static final String TIME = Instant.class.getSimpleName();

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
            schema.addExtension(NAMES, values.stream().map(Schemas::identifier).toList());
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
                .replaceAll("[^A-Za-z0-9]", "_")
                .toUpperCase(Locale.ROOT);
    }

    static Schema reference(String name) {
        return OASFactory.createSchema().ref(PLACE + name);
    }

    /** Returns the name of the schema that this schema refers to, null if it refers to none. */
    static String name(Schema schema) {
        return schema.getRef() == null ? null : schema.getRef().replace(PLACE, "");
    }

    /** Returns the names of the members of the body of an operation; none for an array, or if there is no body. */
    static Set<String> members(Operation operation, Components components) {
        if (operation.getRequestBody() == null) {
            return Set.of();
        }
        Schema body = operation
                .getRequestBody()
                .getContent()
                .getMediaTypes()
                .values()
                .iterator()
                .next()
                .getSchema();
        Schema whole = body.getRef() == null ? body : components.getSchemas().get(name(body));
        return whole.getProperties() == null ? Set.of() : whole.getProperties().keySet();
    }

    /** Adds the enumerations of what problems and violations are. */
    static void declare(Components components) {
        components.addSchema(
                "ProblemType",
                enumeration(Stream.of(Problem.Kind.values())
                                .map(Problem.Kind::uri)
                                .toList())
                        .extensions(Map.of(
                                NAMES,
                                Stream.of(Problem.Kind.values())
                                        .map(Problem.Kind::name)
                                        .toList()))
                        .description("The kinds of problems. A new version may have more of them"));
        components.addSchema(
                "ViolationCode",
                enumeration(Stream.of(Violation.Code.values())
                                .map(Violation.Code::spelling)
                                .toList())
                        .description("The kinds of faults of a request. A new version may have more of them"));
    }

    /** Returns all operations of the document. */
    static Stream<Operation> operations(OpenAPI document) {
        return document.getPaths().getPathItems().values().stream()
                .flatMap(item -> item.getOperations().values().stream());
    }

    /** Returns a member that refers to other schemas: those that the function names in place of those it is given. */
    static Schema redirect(Schema member, UnaryOperator<String> names) {
        String name = name(member);
        if (name != null) {
            String other = names.apply(name);
            return other.equals(name) ? member : reference(other).description(member.getDescription());
        }
        if (member.getOneOf() != null) {
            return OASFactory.createSchema()
                    .description(member.getDescription())
                    .oneOf(member.getOneOf().stream()
                            .map(one -> redirect(one, names))
                            .toList());
        }
        Schema items = member.getItems() == null ? null : redirect(member.getItems(), names);
        return items == member.getItems() ? member : array(items).description(member.getDescription());
    }

    /** Closes the schemas of requests: unknown members are rejected. A response may get new members in the future. */
    static void close(OpenAPI document) {
        operations(document)
                .map(Operation::getRequestBody)
                .filter(Objects::nonNull)
                .flatMap(body -> body.getContent().getMediaTypes().values().stream())
                .forEach(media -> close(media.getSchema(), document.getComponents()));
    }

    private static void close(Schema schema, Components components) {
        Schema whole =
                schema.getRef() == null ? schema : components.getSchemas().get(name(schema));
        if (whole.getItems() != null) {
            close(whole.getItems(), components);
        }
        if (whole.getContains() != null) {
            // Of a class, the scan creates a reference; a constant needs no name.
            Schema constant = components.getSchemas().get(name(whole.getContains()));
            whole.contains(OASFactory.createSchema().constValue(constant.getConstValue()));
        }
        if (whole.getOneOf() != null) {
            whole.getOneOf().forEach(one -> close(one, components));
        }
        if (whole.getProperties() != null && whole.getAdditionalPropertiesSchema() == null) {
            whole.additionalPropertiesSchema(OASFactory.createSchema().booleanSchema(false));
            whole.getProperties().values().forEach(member -> close(member, components));
        }
    }

    /** Corrects a schema that the scan of the classes creates. */
    static Schema tidy(Schema member) {
        if (member.getEnumeration() != null) {
            // It says the same twice, and not all generators can read that.
            member.setPattern(null);
        }
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
        return member;
    }
}
