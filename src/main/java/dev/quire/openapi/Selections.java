package dev.quire.openapi;

import static dev.quire.openapi.Schemas.array;
import static dev.quire.openapi.Schemas.enumeration;
import static dev.quire.openapi.Schemas.reference;
import static dev.quire.openapi.Schemas.type;
import static jakarta.ws.rs.core.MediaType.SERVER_SENT_EVENTS;

import dev.quire.http.PageParameters;
import dev.quire.query.ChangeKind;
import dev.quire.query.PagedCollection;
import dev.quire.query.Representation;
import dev.quire.query.Representation.Offer;
import dev.quire.query.Representations;
import jakarta.enterprise.inject.Produces;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.parameters.Parameter.Style;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.jboss.jandex.AnnotationTarget;
import org.jboss.jandex.DotName;
import org.jboss.jandex.FieldInfo;
import org.jboss.jandex.IndexView;

/**
 * The parts of reads that follow from representations and lists: relations, members and sorts. Reads and writes return the
 * same schemas: the members of a representation are required, and those that are offered for {@code include} are not. What
 * {@code fields} leaves out is absent all the same, as the description of that parameter says: an alternative without any
 * required member would make every client that selects nothing ask for each of them.
 */
final class Selections {
    private final Map<String, PagedCollection> collections;
    private final Map<String, Representation> representations;
    private final Representations registry;
    private final List<String> changeKinds;

    /** Finds the collections, which are constants of the features, and the representations, which are beans. */
    Selections(IndexView index) {
        collections = constants(
                        PagedCollection.class,
                        index.getKnownUsers(PagedCollection.class).stream().flatMap(user -> user.fields().stream()))
                .collect(Collectors.toMap(
                        collection -> collection.representation().name(), Function.identity()));
        representations = Stream.concat(
                        constants(Representation.class, beans(index)),
                        collections.values().stream().map(PagedCollection::representation))
                .distinct()
                .collect(Collectors.toMap(Representation::name, Function.identity()));
        registry = new Representations(List.copyOf(representations.values()));
        changeKinds = constants(ChangeKind.class, beans(index))
                .map(ChangeKind::name)
                .sorted()
                .toList();
    }

    private static Stream<FieldInfo> beans(IndexView index) {
        return index.getAnnotations(Produces.class).stream()
                .filter(bean -> bean.target().kind() == AnnotationTarget.Kind.FIELD)
                .map(bean -> bean.target().asField());
    }

    private static <T> Stream<T> constants(Class<T> type, Stream<FieldInfo> fields) {
        return fields.filter(field ->
                        Modifier.isStatic(field.flags()) && field.type().name().equals(DotName.createSimple(type)))
                .map(field -> type.cast(value(field)))
                .distinct();
    }

    private static Object value(FieldInfo constant) {
        try {
            return Class.forName(constant.declaringClass().name().toString())
                    .getField(constant.name())
                    .get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    void declare(Components components) {
        representations.forEach((name, representation) -> {
            for (int level = 0; level <= Representations.LEVELS; level++) {
                Schema whole = Objects.requireNonNull(
                        components.getSchemas().get(name), () -> "There is no schema of the representation " + name);
                components.addSchema(name(name, level), schema(representation, whole, level));
            }
            addEnumeration(components, name + "Relation", registry.relations(representation));
            addEnumeration(components, name + "Member", registry.members(representation));
        });
        collections.forEach((name, collection) -> components.addSchema(
                name + "Sort",
                enumeration(List.copyOf(collection.sorts()))
                        .description("By what the list is sorted, " + collection.standard()
                                + " unless it is said. The greatest come first behind a minus; the id breaks ties")));
        components.addSchema(
                "ChangeKind",
                enumeration(changeKinds)
                        .description("The kinds of rows that change. A new version may have more of them"));
    }

    private static void addEnumeration(Components components, String name, List<String> values) {
        if (!values.isEmpty()) {
            components.addSchema(name, enumeration(values));
        }
    }

    /** Returns the name of the schema of what is shown with so many levels of relations below it. */
    private static String name(String representation, int levels) {
        return List.of("Leaf", "Embedded", "").get(levels) + representation;
    }

    /**
     * Returns the schema of what is shown with so many levels of relations below it, so that no schema contains itself.
     *
     * @param whole the schema that the scan of the classes creates, without what is offered
     */
    private Schema schema(Representation representation, Schema whole, int levels) {
        Schema shown = type(SchemaType.OBJECT)
                .description(
                        switch (levels) {
                            case 0 -> representation.name() + " on the second level, without relations of its own";
                            case 1 -> representation.name() + " within another row";
                            default -> whole.getDescription();
                        });
        whole.getProperties().forEach((member, schema) -> {
            if (levels > 0 || !refersTo(schema)) {
                shown.addProperty(
                        member,
                        Schemas.redirect(
                                schema, other -> representations.containsKey(other) ? name(other, levels - 1) : other));
            }
        });
        shown.setRequired(whole.getRequired().stream()
                .filter(shown.getProperties()::containsKey)
                .toList());
        representation.offers().forEach((member, offer) -> {
            if (levels > 0 || offer.representation() == null) {
                shown.addProperty(member, offered(offer, levels - 1));
            }
        });
        return shown;
    }

    private boolean refersTo(Schema member) {
        var names = new HashSet<String>();
        Schemas.redirect(member, name -> {
            names.add(name);
            return name;
        });
        return names.stream().anyMatch(representations::containsKey);
    }

    private static Schema offered(Offer offer, int levels) {
        String with = "With include=" + offer.include();
        if (offer.representation() == null) {
            return type(SchemaType.INTEGER).format("int64").description(with + ": how many there are");
        }
        Schema one = reference(name(offer.representation(), levels));
        if (offer.sort() != null) {
            String order = "-createdAt".equals(offer.sort()) ? "the newest first" : "by " + offer.sort();
            return array(one).maxItems(offer.limit()).description(with + ": " + order);
        }
        Schema any = offer.nullable() ? OASFactory.createSchema().oneOf(List.of(one, type(SchemaType.NULL))) : one;
        return any.description(with);
    }

    void complete(Operation operation, Components components) {
        if (Answers.takes(operation, "kinds")) {
            operation.getParameters().stream()
                    .filter(parameter -> parameter.getName().equals("kinds"))
                    .forEach(parameter -> separated(parameter, array(reference("ChangeKind"))));
            live(operation);
        }
        if (!Answers.takes(operation, "fields")) {
            return;
        }
        APIResponse response = operation.getResponses().getAPIResponse("200");
        MediaType media =
                response.getContent().getMediaTypes().values().iterator().next();
        Schema row = media.getSchema().getItems() == null
                ? media.getSchema()
                : media.getSchema().getItems();
        String name = Schemas.name(row);
        if (row.getOneOf() != null) {
            List<String> views = row.getOneOf().stream().map(Schemas::name).toList();
            components.addSchema(row.getTitle(), common(views, components).description(row.getDescription()));
            media.setSchema(reference(row.getTitle()));
            name = views.get(0);
        }
        Representation representation = Objects.requireNonNull(
                representations.get(name), operation.getOperationId() + " returns no representation");
        for (Parameter parameter : operation.getParameters()) {
            switch (parameter.getName()) {
                case "include" ->
                    separated(
                            parameter,
                            registry.relations(representation).isEmpty()
                                    ? array(type(SchemaType.STRING)).maxItems(0)
                                    : array(reference(name + "Relation")));
                case "fields" -> separated(parameter, array(reference(name + "Member")));
                case "sort" -> parameter.schema(reference(name + "Sort"));
                default -> {
                    // Declared where the parameter is.
                }
            }
        }
        if (Answers.takes(operation, "cursor")) {
            paged(response);
        }
        if (isExport(operation)) {
            media.setSchema(type(SchemaType.STRING)
                    .format("binary")
                    .description(
                            "A " + name + " in each line, and in the last {\"count\": n}: without it, the export was"
                                    + " cut short"));
        }
    }

    /** Returns whether the response is a stream of lines. It has no entity tag, since its end is not known at its beginning. */
    static boolean isExport(Operation operation) {
        APIResponse response = operation.getResponses().getAPIResponse("200");
        return response != null
                && response.getContent() != null
                && response.getContent().hasMediaType(PageParameters.NDJSON);
    }

    /**
     * Returns a schema for several representations of one thing, of which the reader decides. Generators make of it one type,
     * in which the members are required that every reader gets.
     */
    private static Schema common(List<String> names, Components components) {
        List<Schema> views = names.stream().map(components.getSchemas()::get).toList();
        Schema common = type(SchemaType.OBJECT);
        views.forEach(view -> view.getProperties().forEach((member, schema) -> {
            if (common.getProperties() == null || !common.getProperties().containsKey(member)) {
                common.addProperty(member, schema);
            }
        }));
        return common.required(views.get(0).getRequired().stream()
                .filter(member ->
                        views.stream().allMatch(view -> view.getRequired().contains(member)))
                .toList());
    }

    /** Adds the stream of all changes that follow. */
    private static void live(Operation operation) {
        operation
                .getResponses()
                .getAPIResponse("200")
                .getContent()
                .addMediaType(
                        SERVER_SENT_EVENTS,
                        OASFactory.createMediaType()
                                .schema(
                                        type(SchemaType.STRING)
                                                .description(
                                                        "The same live, as server-sent events: change has a Change as data, and"
                                                                + " synced the position each time when everything has been sent. The id is the"
                                                                + " position. It has no limit, and ends when the token expires")));
    }

    private static void paged(APIResponse response) {
        response.addHeader(
                        "Link",
                        Answers.text("The pages first, prev and next (RFC 8288), as far as 3,000 bytes have room for"
                                + " them; next always is"))
                .addHeader(
                        "X-Total-Count",
                        Answers.header(
                                type(SchemaType.INTEGER).format("int64"),
                                "With Prefer: count=exact, how many rows there are"))
                .addHeader("Preference-Applied", Answers.text("count=exact when that was preferred"));
    }

    /** Sets the schema of values separated by commas, as the service reads them. */
    static void separated(Parameter parameter, Schema schema) {
        parameter.style(Style.FORM).explode(false).schema(schema);
    }
}
