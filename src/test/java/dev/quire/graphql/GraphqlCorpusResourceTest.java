package dev.quire.graphql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import graphql.ExecutionInput;
import graphql.schema.GraphQLArgument;
import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLInterfaceType;
import graphql.schema.GraphQLNamedOutputType;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLTypeUtil;
import graphql.schema.GraphQLUnmodifiedType;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random documents: each is answered as graphql-java's own engine answers it over the same rows in memory, byte for byte, and
 * by a single statement. {@code -Dgraphql.documents=10000} tries as many.
 */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class GraphqlCorpusResourceTest {
    private static final int DOCUMENTS = Integer.getInteger("graphql.documents", 120);

    @Inject
    GraphqlSchema schema;

    @Inject
    ObjectMapper mapper;

    @Test
    void randomDocumentsEqualTheEngine() throws JsonProcessingException {
        Account ada = Account.create();
        Account bob = Account.register();
        List<Integer> categories = ada.categories("Corpus", 5);
        for (int i = 0; i < 12; i++) {
            Account author = i % 3 == 0 ? bob : ada;
            int post = author.post("Corpus \\\"" + i % 4 + "\\\"", categories.subList(i % 3, i % 3 + i % 4));
            for (int j = 0; j < i % 4; j++) {
                bob.comment(post);
            }
        }
        Account caller = Account.admin();
        caller.token();
        var rows = new RowsInMemory(schema.text(), caller.id());
        for (int seed = 0; seed < DOCUMENTS; seed++) {
            var document = new RandomDocument(schema.executable(), rows, seed);
            String query = document.text();
            String expected = mapper.writeValueAsString(Map.of(
                    "data",
                    rows.engine()
                            .execute(ExecutionInput.newExecutionInput(query).variables(document.variables()))
                            .toSpecification()
                            .get("data")));
            long before = Database.statements();
            String answer = caller.request()
                    .contentType(ContentType.JSON)
                    .body(mapper.writeValueAsString(Map.of("query", query, "variables", document.variables())))
                    .post("/graphql")
                    .asString();
            long statements = Database.statements() - before;
            int number = seed;
            assertEquals(expected, answer, () -> "document " + number + ": " + query + " " + document.variables());
            assertEquals(1, statements, query);
        }
    }

    /** A document that is valid and within all limits. */
    private static final class RandomDocument {
        private static final Map<String, String> TYPES_OF_ROOTS =
                Map.of("post", "Post", "category", "Category", "comment", "Comment", "user", "User");

        private final GraphQLSchema schema;
        private final RowsInMemory rows;
        private final Random random;
        private final Map<String, Object> variables = new LinkedHashMap<>();
        private final List<String> declared = new ArrayList<>();
        private final StringBuilder fragments = new StringBuilder();
        private final String text;
        private int aliases;
        private int fields;

        RandomDocument(GraphQLSchema schema, RowsInMemory rows, long seed) {
            this.schema = schema;
            this.rows = rows;
            this.random = new Random(seed);
            var roots = new StringBuilder();
            for (int i = 0; i <= random.nextInt(3); i++) {
                List<GraphQLFieldDefinition> all = schema.getQueryType().getFields();
                roots.append(field(all.get(random.nextInt(all.size())), 5, 1)).append(' ');
            }
            text = "query Q" + (declared.isEmpty() ? "" : "(" + String.join(", ", declared) + ")") + " { __typename "
                    + roots + "}" + fragments;
        }

        String text() {
            return text;
        }

        Map<String, Object> variables() {
            return variables;
        }

        private boolean chance(int percent) {
            return random.nextInt(100) < percent;
        }

        private String selections(GraphQLUnmodifiedType type, int depth, long times) {
            var selections = new StringBuilder("{ ");
            List<GraphQLFieldDefinition> all = (type instanceof GraphQLObjectType object
                            ? object.getFields()
                            : ((GraphQLInterfaceType) type).getFields())
                            // The rows in memory have no entity tags.
                            .stream()
                            .filter(field -> !field.getName().equals(GraphqlSchema.ENTITY_TAG))
                            .toList();
            String name = type.getName();
            int count = 1 + random.nextInt(4);
            for (int i = 0; i < count; i++) {
                GraphQLFieldDefinition field = all.get(random.nextInt(all.size()));
                boolean leaf = GraphQLTypeUtil.unwrapAll(field.getType()) instanceof GraphQLNamedOutputType
                        && GraphQLTypeUtil.isLeaf(GraphQLTypeUtil.unwrapAll(field.getType()));
                if ((depth > 0 || leaf) && fields < 60) {
                    selections.append(field(field, depth - 1, times)).append(' ');
                }
            }
            if (type instanceof GraphQLInterfaceType abstractType) {
                for (GraphQLObjectType object : schema.getImplementations(abstractType)) {
                    if (chance(40) && fields < 60) {
                        selections.append("... on " + object.getName() + directive() + " "
                                + selections(object, depth - 1, times) + " ");
                    }
                }
            } else if (chance(15) && fields < 60) {
                String fragment = "f" + aliases++;
                fragments.append(" fragment " + fragment + " on " + name + " " + selections(type, depth - 1, times));
                selections.append("..." + fragment + directive() + " ");
            }
            return selections
                    .append(chance(20) ? "a" + aliases++ + ": __typename }" : "__typename }")
                    .toString();
        }

        private String directive() {
            if (!chance(15)) {
                return "";
            }
            String name = chance(50) ? "skip" : "include";
            if (chance(50)) {
                return " @" + name + "(if: " + random.nextBoolean() + ")";
            }
            return " @" + name + "(if: " + variable("Boolean!", random.nextBoolean()) + ")";
        }

        private String variable(String type, Object value) {
            String name = "v" + declared.size();
            declared.add("$" + name + ": " + type);
            variables.put(name, value);
            return "$" + name;
        }

        private String field(GraphQLFieldDefinition field, int depth, long times) {
            fields++;
            GraphQLUnmodifiedType type = GraphQLTypeUtil.unwrapAll(field.getType());
            long more = times;
            String arguments = "";
            if (field.getArgument("first") != null) {
                int size = 1 + random.nextInt(times > 20 ? 2 : 6);
                more = times * size;
                arguments = page(field, type.getName().replace("Connection", ""), size);
            } else if (field.getArgument("id") != null) {
                arguments = "(id: \"" + root(field.getName()) + "\")";
            } else if (field.getArgument("name") != null) {
                arguments = "(name: \"corpus 0" + random.nextInt(7) + "\")";
            }
            // Arguments differ, so each field has a key of its own.
            boolean alias = !arguments.isEmpty() || chance(20) || !GraphQLTypeUtil.isLeaf(type);
            return (alias ? "a" + aliases++ + ": " : "")
                    + field.getName()
                    + arguments
                    + directive()
                    + (GraphQLTypeUtil.isLeaf(type) ? "" : " " + selections(type, depth, more));
        }

        private String root(String field) {
            String type = TYPES_OF_ROOTS.getOrDefault(
                    field,
                    List.of("Post", "Category", "Comment", "User", "Author", "Address")
                            .get(random.nextInt(6)));
            return type + ":" + (chance(10) ? "999999999" : id(type));
        }

        private String id(String type) {
            List<Long> ids = rows.ids(type);
            return ids.get(random.nextInt(ids.size())).toString();
        }

        private String page(GraphQLFieldDefinition field, String type, int size) {
            var arguments = new ArrayList<String>();
            String direction = chance(35) ? "last" : "first";
            arguments.add(direction + ": " + (chance(30) ? variable("Int", size) : size));
            GraphQLArgument sorted = field.getArgument("sort");
            List<String> sorts = ((GraphQLEnumType) sorted.getType())
                    .getValues().stream().map(value -> value.getName()).toList();
            String sort = graphql.execution.ValuesResolver.valueToLiteral(
                            sorted.getArgumentDefaultValue(),
                            sorted.getType(),
                            graphql.GraphQLContext.getDefault(),
                            java.util.Locale.ENGLISH)
                    .toString()
                    .replaceAll(".*name='([A-Z_]+)'.*", "$1");
            if (chance(40)) {
                sort = sorts.get(random.nextInt(sorts.size()));
                arguments.add("sort: " + sort);
            }
            if (chance(30)) {
                String member = sort.replace("_DESCENDING", "").replace("CREATED_AT", "createdAt");
                member = member.equals("createdAt") ? member : member.toLowerCase();
                String cursor =
                        rows.cursor(type, Long.parseLong(id(type)), (sort.endsWith("_DESCENDING") ? "-" : "") + member);
                // A cursor of a row that the list does not have is a position too, which the rows in memory don't know.
                if (field.getArgument("author") == null || !type.equals("Post")) {
                    cursor = null;
                }
                if (cursor != null && depthless(field)) {
                    arguments.add((direction.equals("first") ? "after" : "before") + ": \"" + cursor + "\"");
                    return "(" + String.join(", ", arguments) + ")";
                }
            }
            for (String filter : List.of("author", "category", "categoryAll", "categoryNone")) {
                if (field.getArgument(filter) != null && chance(15)) {
                    String of = filter.equals("author") ? "Author" : "Category";
                    String ids = "[\"" + of + ":" + id(of) + "\", " + id(of) + "]";
                    arguments.add(filter + ": " + (chance(20) ? "null" : ids));
                }
            }
            return "(" + String.join(", ", arguments) + ")";
        }

        /** Returns whether the list is that of the root, which has every row. */
        private boolean depthless(GraphQLFieldDefinition field) {
            return field == schema.getQueryType().getField(field.getName());
        }
    }
}
