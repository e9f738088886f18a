package dev.quire.openapi;

import static dev.quire.openapi.Schemas.array;
import static dev.quire.openapi.Schemas.enumeration;
import static dev.quire.openapi.Schemas.reference;
import static dev.quire.openapi.Schemas.type;

import dev.quire.auth.SessionService;
import dev.quire.category.CategoryService;
import dev.quire.http.Ids;
import dev.quire.http.PageParameters;
import dev.quire.post.PostService;
import dev.quire.query.PagedCollection;
import dev.quire.query.Representations;
import dev.quire.user.AddressService;
import dev.quire.user.UserService;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.parameters.Parameter.Style;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/**
 * The parts of reads that follow from representations and lists: relations, members and sorts. A read returns the members
 * that {@code include} and {@code fields} select, so none of them is required. The response to a write is always complete.
 */
final class Selections {
    private static final Map<String, PagedCollection> LISTINGS = Stream.of(
                    PostService.POSTS,
                    CategoryService.CATEGORIES,
                    UserService.USERS,
                    AddressService.ADDRESSES,
                    SessionService.SESSIONS)
            .collect(Collectors.toMap(collection -> collection.representation().name(), Function.identity()));

    private static final Representations REPRESENTATIONS = new Representations(Stream.concat(
                    LISTINGS.values().stream().map(PagedCollection::representation), Stream.of(UserService.AUTHOR))
            .toList());

    private static final List<String> SELECTED = List.of("Post", "Category", "User", "Author", "Address", "Session");

    private Selections() {}

    static void complete(OpenAPI document) {
        Map<String, Schema> schemas = document.getComponents().getSchemas();
        SELECTED.forEach(
                name -> document.getComponents().addSchema(selected(name), projection(name, schemas.get(name))));
        for (String holder : List.of("Category", "User", "Author")) {
            schemas.get(selected(holder))
                    .addProperty(
                            "posts",
                            array(reference(selected("Post")))
                                    .maxItems(10)
                                    .description("With include=posts: the newest first"))
                    .addProperty(
                            "postCount",
                            type(SchemaType.INTEGER)
                                    .format("int64")
                                    .description("With include=posts: how many there are"));
        }
        schemas.get(selected("Address"))
                .addProperty(
                        "user",
                        OASFactory.createSchema()
                                .oneOf(List.of(reference(selected("Author")), type(SchemaType.NULL)))
                                .description("With include=user: who lives there"));
        // Only reads return sessions, and they return a selection.
        document.getComponents().removeSchema("Session");
        new TreeMap<>(LISTINGS).forEach((name, collection) -> {
            addEnumeration(document, name + "Relation", REPRESENTATIONS.relations(collection.representation()));
            addEnumeration(document, name + "Member", REPRESENTATIONS.members(collection.representation()));
            document.getComponents()
                    .addSchema(
                            name + "Sort",
                            enumeration(List.copyOf(collection.sorts()))
                                    .description("By what the list is sorted, " + collection.standard()
                                            + " unless it is said. The greatest come first behind a minus; the id"
                                            + " breaks ties"));
        });
        document.getPaths().getPathItems().values().stream()
                .map(PathItem::getGET)
                .filter(operation -> operation != null && operation.getParameters() != null)
                .forEach(Selections::complete);
    }

    private static void addEnumeration(OpenAPI document, String name, List<String> values) {
        if (!values.isEmpty()) {
            document.getComponents().addSchema(name, enumeration(values));
        }
    }

    private static String selected(String name) {
        return "Selected" + name;
    }

    private static Schema projection(String name, Schema whole) {
        Schema projection = type(SchemaType.OBJECT)
                .description("What include and fields select of " + name + ": without them, all but what is said to be"
                        + " there with include. A member that is not known is to be ignored");
        whole.getProperties().forEach((member, schema) -> projection.addProperty(member, projection(schema)));
        return projection;
    }

    /** Returns the member, with references to selections in place of references to complete schemas. */
    private static Schema projection(Schema member) {
        if (SELECTED.contains(Objects.toString(Schemas.name(member)))) {
            return reference(selected(Schemas.name(member))).description(member.getDescription());
        }
        if (member.getOneOf() != null) {
            return OASFactory.createSchema()
                    .description(member.getDescription())
                    .oneOf(member.getOneOf().stream()
                            .map(Selections::projection)
                            .toList());
        }
        return member.getItems() != null && SELECTED.contains(Objects.toString(Schemas.name(member.getItems())))
                ? array(projection(member.getItems())).description(member.getDescription())
                : member;
    }

    private static void complete(Operation operation) {
        List<String> names =
                operation.getParameters().stream().map(Parameter::getName).toList();
        if (!names.contains("fields")) {
            return;
        }
        APIResponse response = operation.getResponses().getAPIResponse("200");
        MediaType json = response.getContent().getMediaType("application/json");
        boolean list = json.getSchema().getItems() != null;
        String name = Schemas.name(list ? json.getSchema().getItems() : json.getSchema());
        PagedCollection collection = LISTINGS.get(name);
        json.setSchema(list ? array(reference(selected(name))) : reference(selected(name)));
        for (Parameter parameter : operation.getParameters()) {
            switch (parameter.getName()) {
                case "include" ->
                    separated(
                            parameter,
                            REPRESENTATIONS
                                            .relations(collection.representation())
                                            .isEmpty()
                                    ? array(type(SchemaType.STRING)).maxItems(0)
                                    : array(reference(name + "Relation")));
                case "fields" -> separated(parameter, array(reference(name + "Member")));
                case "sort" -> parameter.schema(reference(name + "Sort"));
                case "author", "category", "categoryAll", "categoryNone" -> ids(parameter);
                case "createdAfter", "createdBefore" ->
                    parameter.schema(type(SchemaType.STRING).format("date-time"));
                default -> {
                    // Declared where the parameter is.
                }
            }
        }
        if (names.contains("cursor")) {
            paged(operation, response);
        }
    }

    private static void paged(Operation operation, APIResponse response) {
        response.getContent()
                .addMediaType(
                        PageParameters.NDJSON,
                        OASFactory.createMediaType()
                                .schema(type(SchemaType.STRING)
                                        .description("Every match, one in each line, without limit or cursor;"
                                                + " the last line is {\"count\": n}")));
        Answers.optionalHeader(
                operation,
                "200",
                "Link",
                type(SchemaType.STRING),
                "The pages first, prev and next (RFC 8288), as far as 3,000 bytes have room for them; next always is");
        Answers.optionalHeader(
                operation,
                "200",
                "X-Total-Count",
                type(SchemaType.INTEGER).format("int64"),
                "With Prefer: count=exact, how many rows there are");
        Answers.optionalHeader(
                operation, "200", "Preference-Applied", type(SchemaType.STRING), "count=exact when that was preferred");
    }

    private static void ids(Parameter parameter) {
        Schema id = type(SchemaType.INTEGER).format("int64").minimum(BigDecimal.ONE);
        separated(parameter, array(id).minItems(1).maxItems(Ids.MAX));
    }

    /** Sets the schema of values separated by commas, as the service reads them. */
    private static void separated(Parameter parameter, Schema schema) {
        parameter.style(Style.FORM).explode(false).schema(schema);
    }
}
