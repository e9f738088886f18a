package dev.quire.graphql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLFieldsContainer;
import graphql.schema.GraphQLInterfaceType;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLTypeUtil;
import graphql.schema.GraphQLUnmodifiedType;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A document that is valid, and nearly always within all limits. The same seed makes the same one. */
final class RandomDocument {
    private static final Map<String, String> TYPES_OF_ROOTS =
            Map.of("post", "Post", "category", "Category", "comment", "Comment", "user", "User");

    private static final List<String> NODES = List.of("Post", "Category", "Comment", "User", "Author", "Address");

    private static final List<String> SEARCHES = List.of(
            "corpus",
            "CORPUS 1",
            "\"corpus 1\"",
            "-corpus",
            "content -2",
            "nowhere",
            "\"corpus 2\" or \"corpus 3\"",
            "content");

    private static final int MAX_FIELDS = 70;
    private static final int DEFAULT_SIZE = 20;

    /** The maximum length of a document that is sent in a URL. */
    private static final int SHORT = 1200;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final GraphQLSchema schema;
    private final RowsInMemory rows;
    private final Random random;
    private final Map<String, Object> variables = new LinkedHashMap<>();
    private final List<String> declared = new ArrayList<>();
    private final List<String> booleans = new ArrayList<>();
    private final StringBuilder fragments = new StringBuilder();

    /** The names of the fragments that are complete, by their types. */
    private final Map<String, List<String>> named = new LinkedHashMap<>();

    private final String operation;
    private final boolean read;
    private final String text;
    private int names;
    private int fields;

    RandomDocument(GraphQLSchema schema, RowsInMemory rows, long seed) {
        this.schema = schema;
        this.rows = rows;
        this.random = new Random(seed);
        var roots = new StringBuilder(chance(50) ? "__typename " : "");
        List<GraphQLFieldDefinition> all = schema.getQueryType().getFields();
        for (int i = random.nextInt(3); i >= 0; i--) {
            roots.append(field(pick(all), 5, 1)).append(' ');
        }
        this.operation = chance(40) ? "Q" : null;
        boolean several = operation != null && chance(40);
        String variablesOf = declared.isEmpty() ? "" : "(" + String.join(", ", declared) + ")";
        String query = (operation == null && declared.isEmpty() && chance(50)
                        ? ""
                        : "query " + (operation == null ? "" : operation) + variablesOf)
                + " { " + roots + "}"
                + (several ? " query Other { __typename }" : "");
        this.text = chance(50) ? query + fragments : fragments + " " + query;
        this.read = chance(10) && text.length() + variables.toString().length() < SHORT;
    }

    String text() {
        return text;
    }

    /** Returns the name of the operation, null for none. */
    String operation() {
        return operation;
    }

    Map<String, Object> variables() {
        return variables;
    }

    /** Returns whether the document is sent by GET. */
    boolean isRead() {
        return read;
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private String selections(GraphQLUnmodifiedType type, int depth, long times) {
        var selections = new StringBuilder("{ ");
        List<GraphQLFieldDefinition> all = ((GraphQLFieldsContainer) type)
                .getFieldDefinitions().stream()
                        // The rows in memory have no entity tags.
                        .filter(field -> !field.getName().equals(GraphqlSchema.ENTITY_TAG))
                        .toList();
        for (int i = random.nextInt(4); i >= 0; i--) {
            GraphQLFieldDefinition field = pick(all);
            boolean leaf = GraphQLTypeUtil.isLeaf(GraphQLTypeUtil.unwrapAll(field.getType()));
            if ((depth > 0 || leaf) && fields < MAX_FIELDS) {
                selections.append(field(field, depth - 1, times)).append(' ');
            }
        }
        if (type instanceof GraphQLInterfaceType abstractType) {
            for (GraphQLObjectType object : schema.getImplementations(abstractType)) {
                if (chance(40) && fields < MAX_FIELDS) {
                    selections.append(inline(object, depth, times));
                }
            }
        }
        if (depth > 0 && fields < MAX_FIELDS) {
            if (chance(20)) {
                selections.append("..." + fragment(type, depth, times) + directive() + " ");
            }
            if (chance(8)) {
                selections.append("... " + directive() + selections(type, depth - 1, times) + " ");
            }
            GraphQLInterfaceType wider = (GraphQLInterfaceType) schema.getType(chance(50) ? "Node" : "Profile");
            if (chance(12) && NODES.contains(type.getName()) && isOf((GraphQLObjectType) type, wider)) {
                selections.append(
                        chance(50)
                                ? inline(wider, depth, times)
                                : "..." + fragment(wider, depth, times) + directive() + " ");
            }
        }
        boolean empty = selections.length() == 2;
        return selections
                .append(chance(20) ? "a" + names++ + ": __typename " : empty || chance(60) ? "__typename " : "")
                .append('}')
                .toString();
    }

    private boolean isOf(GraphQLObjectType type, GraphQLInterfaceType wider) {
        return schema.getImplementations(wider).contains(type);
    }

    private String inline(GraphQLUnmodifiedType type, int depth, long times) {
        return "... on " + type.getName() + directive() + " " + selections(type, depth - 1, times) + " ";
    }

    private String fragment(GraphQLUnmodifiedType type, int depth, long times) {
        List<String> known = named.computeIfAbsent(type.getName(), name -> new ArrayList<>());
        if (times <= 5 && !known.isEmpty() && chance(50)) {
            return pick(known);
        }
        String name = "f" + names++;
        String whole = " fragment " + name + " on " + type.getName() + " " + selections(type, depth - 1, times);
        fragments.append(whole);
        known.add(name);
        return name;
    }

    private String directive() {
        int kind = random.nextInt(100);
        return kind < 8
                ? " @skip(if: " + condition() + ")"
                : kind < 16
                        ? " @include(if: " + condition() + ")"
                        : kind < 18 ? " @skip(if: " + condition() + ") @include(if: " + condition() + ")" : "";
    }

    private String condition() {
        if (chance(30)) {
            return String.valueOf(random.nextBoolean());
        }
        if (booleans.isEmpty() || chance(50)) {
            String added = variable("Boolean!", random.nextBoolean());
            booleans.add(added);
            return added;
        }
        return pick(booleans);
    }

    /** Returns a variable with a value, which is sent or its default. */
    private String variable(String type, Object value) {
        String name = "v" + declared.size();
        int kind = random.nextInt(100);
        boolean literal = !type.endsWith("Sort") && kind < 25;
        declared.add("$" + name + ": " + type
                + (literal ? " = " + json(value) : kind < 35 && !type.endsWith("!") ? " = null" : ""));
        if (!literal) {
            variables.put(name, value);
        }
        return "$" + name;
    }

    /** Returns the value of an argument that is as if it was not there. */
    private String nothing(String type) {
        if (chance(40)) {
            return "null";
        }
        String name = "v" + declared.size();
        declared.add("$" + name + ": " + type);
        if (chance(50)) {
            variables.put(name, null);
        }
        return "$" + name;
    }

    private static String json(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the value of an argument: a literal or a variable. */
    private String value(String type, Object value) {
        return chance(40) ? variable(type, value) : json(value);
    }

    private String field(GraphQLFieldDefinition field, int depth, long times) {
        fields++;
        GraphQLUnmodifiedType type = GraphQLTypeUtil.unwrapAll(field.getType());
        long more = times;
        String arguments = "";
        if (field.getArgument("first") != null) {
            boolean standard = times == 1 && chance(15);
            int size = standard ? DEFAULT_SIZE : 1 + random.nextInt(times > DEFAULT_SIZE ? 2 : 6);
            more = times * size;
            arguments = page(field, type.getName().replace("Connection", ""), size, standard);
        } else if (field.getArgument("id") != null) {
            arguments = "(id: " + value("ID!", root(field.getName())) + ")";
        } else if (field.getArgument("name") != null) {
            arguments = "(name: " + value("String!", "corpus 0" + random.nextInt(7)) + ")";
        }
        // Arguments differ, so each field with some has a key of its own; others are merged.
        boolean alias = !arguments.isEmpty() || chance(20);
        return (alias ? "a" + names++ + ": " : "")
                + field.getName()
                + arguments
                + directive()
                + (GraphQLTypeUtil.isLeaf(type) ? "" : " " + selections(type, depth, more));
    }

    private Object root(String field) {
        String known = TYPES_OF_ROOTS.get(field);
        String type = known == null ? pick(NODES) : known;
        String id = chance(10) ? "999999999" : id(type);
        if (known == null) {
            return type + ":" + id;
        }
        return chance(30) ? (Object) Long.valueOf(id) : chance(30) ? id : type + ":" + id;
    }

    private String id(String type) {
        return pick(rows.ids(type)).toString();
    }

    private String page(GraphQLFieldDefinition field, String type, int size, boolean standard) {
        var arguments = new ArrayList<String>();
        boolean backward = chance(35);
        if (standard) {
            if (chance(50)) {
                arguments.add("first: " + nothing("Int"));
            }
        } else {
            arguments.add((backward ? "last: " : "first: ") + value("Int", size));
        }
        if (chance(10)) {
            arguments.add((backward && !standard ? "first: " : "last: ") + nothing("Int"));
        }
        String sort = RowsInMemory.standard(field);
        if (chance(40)) {
            String other = pick(((GraphQLEnumType) field.getArgument("sort").getType()).getValues())
                    .getName();
            if (chance(15)) {
                arguments.add("sort: " + nothing(type + "Sort"));
            } else {
                sort = other;
                arguments.add("sort: " + (chance(40) ? variable(type + "Sort", sort) : sort));
            }
        }
        for (String cursor : List.of("after", "before")) {
            if (chance(20)) {
                arguments.add(cursor + ": "
                        + (chance(15)
                                ? nothing("String")
                                : value("String", rows.cursor(type, Long.parseLong(id(type)), sort))));
            }
        }
        for (String filter : List.of("author", "category", "categoryAll", "categoryNone")) {
            if (field.getArgument(filter) != null && chance(10)) {
                arguments.add(filter + ": " + (chance(15) ? nothing("[ID!]") : ids(filter)));
            }
        }
        if (field.getArgument("q") != null && chance(20)) {
            arguments.add("q: " + (chance(15) ? nothing("String") : value("String", pick(SEARCHES))));
        }
        for (String time : List.of("createdAfter", "createdBefore")) {
            if (field.getArgument(time) != null && chance(12)) {
                arguments.add(time + ": " + (chance(15) ? nothing("DateTime") : value("DateTime", time(type))));
            }
        }
        Collections.shuffle(arguments, random);
        return arguments.isEmpty() ? "" : "(" + String.join(", ", arguments) + ")";
    }

    private String ids(String filter) {
        String type = filter.equals("author") ? chance(50) ? "Author" : "User" : "Category";
        if (chance(20)) {
            // One value stands for a list of it.
            return value("[ID!]", type + ":" + id(type));
        }
        if (chance(30)) {
            return "[" + variable("ID!", type + ":" + id(type)) + ", " + id(type) + "]";
        }
        return value("[ID!]", List.of(type + ":" + id(type), Long.valueOf(id(type)), id(type)));
    }

    /** Returns a time when a row was created or about then, in one of its spellings. */
    private String time(String type) {
        Instant created = rows.createdAt(type, Long.parseLong(id(type)));
        Instant time = pick(List.of(
                created,
                created.plus(1, ChronoUnit.MICROS),
                created.minus(1, ChronoUnit.MICROS),
                created.truncatedTo(ChronoUnit.SECONDS)));
        int minutes = chance(50) ? 0 : random.nextInt(36) * 30 - 540;
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time.atOffset(ZoneOffset.ofTotalSeconds(60 * minutes)));
    }
}
