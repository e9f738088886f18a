package dev.quire.openapi;

import dev.quire.category.CategoryService;
import dev.quire.paging.Paging;
import dev.quire.parameter.Ids;
import dev.quire.post.PostService;
import dev.quire.reading.Listing;
import dev.quire.reading.Shapes;
import dev.quire.session.SessionService;
import dev.quire.user.AddressService;
import dev.quire.user.UserService;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.parameters.Parameter.Style;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** Completes the OpenAPI document with what the shapes and the lists say of reading: relations, members and sorts. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ReadingDocument implements OASFilter {
    private static final String SCHEMAS = "#/components/schemas/";

    private static final Map<String, Listing> LISTINGS = Stream.of(
                    PostService.POSTS,
                    CategoryService.CATEGORIES,
                    UserService.USERS,
                    AddressService.ADDRESSES,
                    SessionService.SESSIONS)
            .collect(Collectors.toMap(listing -> listing.shape().name(), Function.identity()));

    private static final Shapes SHAPES =
            new Shapes(Stream.concat(LISTINGS.values().stream().map(Listing::shape), Stream.of(UserService.AUTHOR))
                    .toList());

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getPaths()
                .getPathItems()
                .values()
                .forEach(item -> Optional.ofNullable(item.getGET()).ifPresent(ReadingDocument::complete));
        Map<String, Schema> schemas = document.getComponents().getSchemas();
        for (String holder : List.of("Category", "User", "Author")) {
            schemas.get(holder)
                    .addProperty(
                            "posts",
                            array(reference("Post")).maxItems(10).description("With include=posts: the newest first"))
                    .addProperty(
                            "postCount",
                            type(SchemaType.INTEGER)
                                    .format("int64")
                                    .description("With include=posts: how many there are"));
        }
        document.getComponents().removeSchema("Ids");
        document.getComponents().removeSchema("Instant");
    }

    private static void complete(Operation operation) {
        if (operation.getParameters() == null) {
            return;
        }
        APIResponse response = operation.getResponses().getAPIResponse("200");
        MediaType json = response.getContent().getMediaType("application/json");
        Schema schema = json.getSchema();
        boolean list = schema.getItems() != null;
        String name = (list ? schema.getItems() : schema).getRef().replace(SCHEMAS, "");
        // Whoever may see the whole of a user may name all of it.
        Listing listing = LISTINGS.get(name.equals("Person") ? "User" : name);
        for (Parameter parameter : operation.getParameters()) {
            switch (parameter.getName()) {
                case "include" -> some(parameter, SHAPES.relations(listing.shape()));
                case "fields" -> some(parameter, SHAPES.members(listing.shape()));
                case "sort" -> parameter.schema(oneOf(listing.sorts()).defaultValue(listing.standard()));
                case "author", "category", "categoryAll", "categoryNone" -> ids(parameter);
                case "createdAfter", "createdBefore" ->
                    parameter.schema(type(SchemaType.STRING).format("date-time"));
                default -> {
                    // Said where it is.
                }
            }
        }
        if (operation.getParameters().stream().anyMatch(parameter -> "cursor".equals(parameter.getName()))) {
            response.getContent()
                    .addMediaType(
                            Paging.NDJSON,
                            OASFactory.createMediaType()
                                    .schema(type(SchemaType.STRING)
                                            .description("Every match, one in each line, without limit or cursor;"
                                                    + " the last line is {\"count\": n}")));
            header(response, "X-Total-Count", SchemaType.INTEGER, "With Prefer: count=exact, how many rows there are");
            header(response, "Preference-Applied", SchemaType.STRING, "count=exact when that was preferred");
        }
    }

    /** Some of these names, of which there may be none. */
    private static void some(Parameter parameter, List<String> names) {
        Schema schema = array(oneOf(names)).uniqueItems(true);
        separated(parameter, names.isEmpty() ? schema.maxItems(0) : schema);
    }

    private static void ids(Parameter parameter) {
        Schema id = type(SchemaType.INTEGER).format("int64").minimum(BigDecimal.ONE);
        separated(parameter, array(id).uniqueItems(true).minItems(1).maxItems(Ids.MAX));
    }

    /** By commas, as the service reads them. */
    private static void separated(Parameter parameter, Schema schema) {
        parameter.style(Style.FORM).explode(false).schema(schema);
    }

    private static void header(APIResponse response, String name, SchemaType type, String description) {
        response.addHeader(
                name, OASFactory.createHeader().description(description).schema(type(type)));
    }

    private static Schema oneOf(Iterable<String> names) {
        Schema schema = type(SchemaType.STRING);
        names.forEach(schema::addEnumeration);
        return schema;
    }

    private static Schema array(Schema item) {
        return type(SchemaType.ARRAY).items(item);
    }

    private static Schema reference(String schema) {
        return OASFactory.createSchema().ref(SCHEMAS + schema);
    }

    private static Schema type(SchemaType type) {
        return OASFactory.createSchema().type(List.of(type));
    }
}
