package dev.quire.graphql;

import dev.quire.category.CategoryInput;
import dev.quire.graphql.Selections.Selected;
import dev.quire.problem.ProblemException;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.Forbidden;
import dev.quire.problem.ProblemException.Unauthenticated;
import dev.quire.query.Answer;
import dev.quire.query.Connection;
import dev.quire.query.Connection.Edge;
import dev.quire.query.Connection.PageInfo;
import dev.quire.query.Connection.Range;
import dev.quire.query.Filter;
import dev.quire.query.PagedCollection;
import dev.quire.query.Projection;
import dev.quire.query.QueryService;
import dev.quire.query.Representation;
import dev.quire.query.Representation.Shown;
import dev.quire.security.Caller;
import dev.quire.user.AddressService;
import jakarta.validation.Validator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The plan of a query: the projections and pages that its fields select, and the fields that the caller may not see. */
final class Planner {
    private static final String TYPE_NAME = "__typename";
    private static final String USER = "User";
    private static final String ADDRESS = "Address";

    /** The number of rows that a count stands for in the limit: it reads many, but shows none. An entity tag reads some, too. */
    private static final int ROWS_OF_COUNT = 20;

    /** The most rows and characters with which a statement is as quick as that of a page of REST. */
    private static final int FEW_ROWS = 500;

    private static final int FEW_CHARACTERS = DocumentLimits.MAX_RESPONSE / 4;

    /** The length of a value that is no text, with its punctuation. */
    private static final int SHORT = 40;

    /** The length of a cursor, which has the text that its list is sorted by. */
    private static final int CURSOR = 1200;

    private final GraphqlSchema schema;
    private final QueryService queries;
    private final Arguments arguments;
    private final Selections selections;
    private final Caller caller;
    private final Answer answer = new Answer();
    private final Map<String, ProblemException> refused = new LinkedHashMap<>();
    private long rows;
    private long characters;

    Planner(GraphqlSchema schema, QueryService queries, Validator validator, Selections selections, Caller caller) {
        this.schema = schema;
        this.queries = queries;
        this.arguments = new Arguments(validator);
        this.selections = selections;
        this.caller = caller;
    }

    Answer answer() {
        return answer;
    }

    /** Returns the problems of root fields that the caller may not see, which are null in the answer, by their keys. */
    Map<String, ProblemException> refused() {
        return refused;
    }

    /** Returns whether the answer may be so large that it delays others. */
    boolean isLarge() {
        return rows > FEW_ROWS || characters > FEW_CHARACTERS;
    }

    /**
     * Requires that the answer is within all limits, however many rows there are and however long their texts.
     *
     * @throws BadRequest if it exceeds one
     */
    void requireLimits() {
        DocumentLimits.require("rows", rows, DocumentLimits.MAX_ROWS);
        DocumentLimits.require("characters in its largest response", characters, DocumentLimits.MAX_RESPONSE);
    }

    private void count(String key, long times, int length) {
        characters += times * (key.length() + SHORT + length);
    }

    /**
     * Adds the root fields of a query.
     *
     * @param introspection the JSON of the fields that describe the schema, by their keys
     * @throws BadRequest if an argument is malformed, or if the answer may exceed a limit
     */
    void add(List<Selected> roots, Map<String, String> introspection) {
        for (Selected field : roots) {
            String key = field.key();
            if (introspection.containsKey(key)) {
                answer.constant(key, introspection.get(key));
                continue;
            }
            try {
                add(key, field);
            } catch (Unauthenticated | Forbidden e) {
                refused.put(key, e);
                answer.constant(key, "null");
            }
        }
        requireLimits();
    }

    private void add(String key, Selected field) {
        switch (field.name()) {
            case TYPE_NAME -> answer.constant(key, "\"Query\"");
            case "post", "category", "comment" -> {
                String type = Character.toUpperCase(field.name().charAt(0))
                        + field.name().substring(1);
                one(key, field, type, Filter.id(Arguments.id(field, "id", type)));
            }
            case "user" -> {
                long id = Arguments.id(field, "id", USER, "Author");
                one(key, field, caller.may(id) ? USER : "Author", Filter.id(id));
            }
            case "me" -> one(key, field, USER, Filter.id(authenticated().id()));
            case "categoryNamed" -> {
                var named = new CategoryInput(Arguments.text(field, "name"));
                arguments.require(named);
                one(key, field, "Category", Filter.named(schema.representation("Category"), "name", named.name()));
            }
            case "node" -> node(key, field);
            case "posts" -> page(key, field, "Post", Filter.ALL_ROWS);
            case "categories" -> page(key, field, "Category", Filter.ALL_ROWS);
            case "users" -> {
                requireAdmin();
                page(key, field, USER, Filter.ALL_ROWS);
            }
            case "addresses" -> page(key, field, ADDRESS, AddressService.visibleTo(authenticated()));
            default -> throw new IllegalStateException("There is no field " + field.name());
        }
    }

    private void node(String key, Selected field) {
        String global = Arguments.text(field, "id");
        String type = global.replaceFirst(":.*", "");
        if (!schema.nodes().contains(type)) {
            throw Arguments.malformed("id");
        }
        long id = Arguments.id(field, "id", type);
        Filter filter = Filter.id(id);
        if (type.equals(USER)) {
            authenticated().require(id);
        } else if (type.equals(ADDRESS)) {
            filter = filter.and(AddressService.visibleTo(authenticated()));
        }
        one(key, field, type, filter);
    }

    private Caller authenticated() {
        if (caller.id() == 0) {
            throw new Unauthenticated("An access token is required.");
        }
        return caller;
    }

    private void requireAdmin() {
        if (!authenticated().admin()) {
            throw new Forbidden("The role admin is required.");
        }
    }

    private void one(String key, Selected field, String type, Filter filter) {
        answer.one(key, projection(field, type, 1), filter);
    }

    private void page(String key, Selected field, String type, Filter visible) {
        PagedCollection list = schema.collection(type);
        Range range = arguments.range(field, list, list.standard(), visible);
        answer.page(key, fill(Connection.of(list, range), field, type, 1, range.size()));
    }

    /**
     * Returns the projection that a field selects of objects of a type.
     *
     * @param times the greatest number of objects
     */
    Projection projection(Selected field, String type, long times) {
        rows += times;
        Representation representation = schema.representation(type);
        Map<String, Shown> members =
                representation.shown().stream().collect(Collectors.toMap(Shown::name, Function.identity()));
        var projection = new Projection(representation);
        for (Selected child : selections.below(field, type)) {
            String key = child.key();
            Shown member = members.get(child.name());
            count(key, times, member == null ? 0 : member.length());
            if (child.name().equals(GraphqlSchema.ENTITY_TAG)) {
                // It is the hash of the whole representation, which is built for it.
                representation.shown().forEach(tagged -> count("", times, tagged.length()));
                rows += times * ROWS_OF_COUNT;
                projection.entityTag(key, queries.select(representation));
            } else if (member == null) {
                projection.constant(key, '"' + type + '"');
            } else if (member.name().equals("id")) {
                projection.globalId(key, type + ":");
            } else if (member.representation() == null) {
                projection.value(key, member.name());
                rows += member.type().equals("integer") ? times * ROWS_OF_COUNT : 0;
            } else if (member.sort() == null) {
                projection.embed(key, member.name(), projection(child, member.representation(), times));
            } else {
                PagedCollection list = schema.collection(member.representation());
                Range range = arguments.range(child, list, member.sort(), Filter.ALL_ROWS);
                Connection page = Connection.of(list, range, representation, member.name());
                projection.page(key, fill(page, child, member.representation(), times, range.size()));
            }
        }
        return projection;
    }

    private Connection fill(Connection page, Selected field, String type, long owners, int size) {
        long times = owners * size;
        for (Selected child : selections.below(field)) {
            String key = child.key();
            count(key, owners, 0);
            switch (child.name()) {
                case "nodes" -> page.nodes(key, projection(child, type, times));
                case "edges" -> fill(page.edges(key), child, type, times);
                case "pageInfo" -> fill(page.pageInfo(key), child, owners);
                case "totalCount" -> {
                    page.total(key);
                    rows += owners * ROWS_OF_COUNT;
                }
                default -> page.constant(key, '"' + type + "Connection\"");
            }
        }
        return page;
    }

    private void fill(Edge edge, Selected field, String type, long times) {
        for (Selected child : selections.below(field)) {
            String key = child.key();
            count(key, times, child.name().equals("cursor") ? CURSOR : 0);
            switch (child.name()) {
                case "cursor" -> edge.cursor(key);
                case "node" -> edge.node(key, projection(child, type, times));
                default -> edge.constant(key, '"' + type + "Edge\"");
            }
        }
    }

    private void fill(PageInfo info, Selected field, long owners) {
        for (Selected child : selections.below(field)) {
            String key = child.key();
            count(key, owners, CURSOR);
            switch (child.name()) {
                case "hasNextPage" -> info.hasNextPage(key);
                case "hasPreviousPage" -> info.hasPreviousPage(key);
                case "startCursor" -> info.startCursor(key);
                case "endCursor" -> info.endCursor(key);
                default -> info.constant(key, "\"PageInfo\"");
            }
        }
    }
}
