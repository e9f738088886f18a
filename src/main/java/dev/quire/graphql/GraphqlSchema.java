package dev.quire.graphql;

import dev.quire.category.CategoryInput;
import dev.quire.category.CategoryReference;
import dev.quire.comment.CommentInput;
import dev.quire.post.CategoryLinksInput;
import dev.quire.post.PostInput;
import dev.quire.query.PagedCollection;
import dev.quire.query.Representation;
import dev.quire.query.Representation.Shown;
import dev.quire.user.AddressInput;
import dev.quire.user.UserInput;
import graphql.Scalars;
import graphql.schema.GraphQLScalarType;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import jakarta.validation.constraints.NotNull;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The schema: types from the representations, connections from their lists, inputs from the bodies of REST. Only the names
 * of the root fields stand here.
 */
@Singleton
public class GraphqlSchema {
    /** Times are texts here, and read by the rules of REST where they are used. */
    static final GraphQLScalarType DATE_TIME = GraphQLScalarType.newScalar()
            .name("DateTime")
            .coercing(Scalars.GraphQLString.getCoercing())
            .build();

    /** The field with the entity tag of an object. */
    static final String ENTITY_TAG = "etag";

    /** The type of the result of a deletion. */
    static final String DELETED = "Deleted";

    /** The interface of what everyone may see of a user, and users of themselves. */
    private static final String PROFILE = "Profile";

    private static final String PUBLIC_PROFILE = "Author";

    /** The arguments of every connection, before those of its list. */
    private static final String PAGE = "first: Int, after: String, last: Int, before: String";

    private static final String BEGINNING = """
            "A time of RFC 3339, in UTC"
            scalar DateTime

            "An object with an id that is unique among all objects"
            interface Node {
              id: ID!
            }

            "The place of a page in its list"
            type PageInfo {
              hasNextPage: Boolean!
              hasPreviousPage: Boolean!
              startCursor: String
              endCursor: String
            }
            """;

    private final Map<String, Representation> representations;
    private final Map<String, PagedCollection> collections;
    private final String text;
    private final GraphQLSchema executable;

    GraphqlSchema(@All List<Representation> representations, @All List<PagedCollection> collections) {
        this.representations = new TreeMap<>(
                representations.stream().collect(Collectors.toMap(Representation::name, Function.identity())));
        this.collections = new TreeMap<>(collections.stream()
                .collect(Collectors.toMap(list -> list.representation().name(), Function.identity())));
        this.text = write();
        this.executable = new SchemaGenerator()
                .makeExecutableSchema(
                        new SchemaParser().parse(text),
                        RuntimeWiring.newRuntimeWiring()
                                .scalar(DATE_TIME)
                                // Never asked: the engine answers introspection only.
                                .type("Node", node -> node.typeResolver(object -> null))
                                .type(PROFILE, profile -> profile.typeResolver(object -> null))
                                .build());
    }

    /** Returns the schema in its own language. */
    String text() {
        return text;
    }

    GraphQLSchema executable() {
        return executable;
    }

    Representation representation(String name) {
        return representations.get(name);
    }

    /** Returns the list with rows of this representation. */
    PagedCollection collection(String representation) {
        return collections.get(representation);
    }

    /** Returns the names of all types of objects with an id. */
    List<String> nodes() {
        return List.copyOf(representations.keySet());
    }

    private String write() {
        var sdl = new StringBuilder(BEGINNING);
        sdl.append("\n\"A user: all members for themselves and admins, else those that everyone may see\"\ninterface ")
                .append(PROFILE)
                .append(" implements Node {\n")
                .append(fields(representations.get(PUBLIC_PROFILE)))
                .append("}\n");
        representations.forEach((name, representation) -> {
            boolean profile = representation.includes(representations.get(PUBLIC_PROFILE));
            sdl.append("\ntype " + name + " implements Node" + (profile ? " & " + PROFILE : "") + " {\n"
                    + fields(representation) + "}\n");
        });
        collections.forEach((name, list) -> sdl.append(connection(name, list)));
        inputs(sdl);
        return sdl.append(root()).toString();
    }

    private String fields(Representation representation) {
        return representation.shown().stream().map(this::field).collect(Collectors.joining())
                + "  \"The ETag of the object in REST, for ifMatch\"\n  " + ENTITY_TAG + ": String!\n";
    }

    private String field(Shown member) {
        if (member.representation() == null) {
            return "  " + member.name() + ": " + type(member) + "\n";
        }
        if (member.sort() == null) {
            return "  " + member.name() + ": " + member.representation() + (member.nullable() ? "\n" : "!\n");
        }
        PagedCollection list = collections.get(member.representation());
        return "  " + list(member.name(), list, member.sort()) + "!\n";
    }

    private static String type(Shown value) {
        String type = value.name().equals("id")
                ? "ID"
                : switch (value.type()) {
                    case "varchar" -> "String";
                    case "varchar[]" -> "[String!]";
                    case "integer" -> "Int";
                    case "boolean" -> "Boolean";
                    case "timestamptz" -> "DateTime";
                    default -> throw new IllegalStateException("GraphQL has no type for " + value);
                };
        return value.nullable() ? type : type + "!";
    }

    private static String list(String name, PagedCollection list, String sort) {
        String type = list.representation().name();
        return name + "(" + PAGE + ", sort: " + type + "Sort = " + constant(sort) + filters(list) + "): " + type
                + "Connection";
    }

    private static String filters(PagedCollection list) {
        return list.filters() == null
                ? ""
                : Stream.of(list.filters().getRecordComponents())
                        .map(filter -> ", " + filter.getName() + ": " + argument(filter))
                        .collect(Collectors.joining());
    }

    private static String argument(RecordComponent filter) {
        return filter.getType() == List.class ? "[ID!]" : filter.getType() == Instant.class ? "DateTime" : "String";
    }

    /** Returns a sort such as {@code -createdAt} in the spelling of constants. */
    static String constant(String sort) {
        String name = sort.startsWith("-") ? sort.substring(1) + "Descending" : sort;
        return name.replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
    }

    private static String connection(String name, PagedCollection list) {
        String sorts =
                list.sorts().stream().map(sort -> "  " + constant(sort) + "\n").collect(Collectors.joining());
        return """

                "The id breaks ties"
                enum %1$sSort {
                %2$s}

                type %1$sConnection {
                  nodes: [%1$s!]!
                  edges: [%1$sEdge!]!
                  pageInfo: PageInfo!
                  totalCount: Int!
                }

                type %1$sEdge {
                  cursor: String!
                  node: %1$s!
                }
                """.formatted(name, sorts);
    }

    private static void inputs(StringBuilder sdl) {
        sdl.append(input("PostInput", PostInput.class, false))
                .append(input("PostPatch", PostInput.class, true))
                .append(input("CategoryReference", CategoryReference.class, false))
                .append(input("CategoryLinks", CategoryLinksInput.class, false))
                .append(input("CategoryInput", CategoryInput.class, false))
                .append(input("CommentInput", CommentInput.class, false))
                .append(input("CommentPatch", CommentInput.class, true))
                .append(input("UserPatch", UserInput.class, true))
                .append(input("AddressPatch", AddressInput.class, true));
    }

    private static String input(String name, Class<?> body, boolean patch) {
        return Stream.of(body.getRecordComponents())
                .map(member -> "  " + member.getName() + ": " + input(member, patch) + "\n")
                .collect(Collectors.joining("", "\ninput " + name + " {\n", "}\n"));
    }

    private static String input(RecordComponent member, boolean patch) {
        if (patch && member.getType() == List.class) {
            return "CategoryLinks";
        }
        String type = member.getGenericType() instanceof ParameterizedType list
                ? "[" + input(list.getActualTypeArguments()[0], patch) + "!]"
                : input(member.getType(), patch);
        return !patch && isRequired(member) ? type + "!" : type;
    }

    private static boolean isRequired(RecordComponent member) {
        try {
            return member.getDeclaringRecord()
                    .getDeclaredField(member.getName())
                    .isAnnotationPresent(NotNull.class);
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String input(Type type, boolean patch) {
        if (type == Long.class) {
            return "ID";
        }
        String name = ((Class<?>) type).getSimpleName();
        return patch ? name.replace("Input", "Patch") : name;
    }

    private String root() {
        String lists = Map.of("addresses", "Address", "categories", "Category", "posts", "Post", "users", "User")
                .entrySet()
                .stream()
                .sorted(Comparator.comparing(Map.Entry::getKey))
                .map(list -> {
                    PagedCollection rows = collections.get(list.getValue());
                    return "  " + list(list.getKey(), rows, rows.standard()) + "\n";
                })
                .collect(Collectors.joining());
        return """

                "Where an id is expected, that of REST may stand alone: Post:42 or 42"
                type Query {
                  node(id: ID!): Node
                  post(id: ID!): Post
                  category(id: ID!): Category
                  categoryNamed(name: String!): Category
                  comment(id: ID!): Comment
                  user(id: ID!): %s
                  me: User
                %s}

                "An object that was deleted"
                type Deleted {
                  id: ID!
                }

                "All mutations of an operation are done, or none of them; ifMatch is that of REST"
                type Mutation {
                  createPost(input: PostInput!): Post!
                  updatePost(id: ID!, input: PostPatch!, ifMatch: String): Post!
                  deletePost(id: ID!, ifMatch: String): Deleted!
                  connectCategory(post: ID!, category: ID!, ifMatch: String): Post!
                  disconnectCategory(post: ID!, category: ID!, ifMatch: String): Post!
                  createCategory(input: CategoryInput!): Category!
                  ensureCategory(name: String!, ifMatch: String): Category!
                  createComment(post: ID!, input: CommentInput!): Comment!
                  updateComment(id: ID!, input: CommentPatch!, ifMatch: String): Comment!
                  deleteComment(id: ID!, ifMatch: String): Deleted!
                  updateMe(input: UserPatch!, ifMatch: String): User!
                }
                """.formatted(PROFILE, lists);
    }
}
