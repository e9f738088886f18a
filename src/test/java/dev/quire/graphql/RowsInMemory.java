package dev.quire.graphql;

import dev.quire.environment.Database;
import dev.quire.model.Post;
import graphql.GraphQL;
import graphql.language.EnumValue;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.GraphQLArgument;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLObjectType;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** All rows of the database in memory, and the engine of graphql-java over them: what every query has to equal. */
final class RowsInMemory {
    private static final String TIME = "to_char(%s at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";

    private final Map<Long, Map<String, Object>> users = new TreeMap<>();
    private final Map<Long, Map<String, Object>> posts = new TreeMap<>();
    private final Map<Long, Map<String, Object>> categories = new TreeMap<>();
    private final Map<Long, Map<String, Object>> comments = new TreeMap<>();
    private final Map<Long, Map<String, Object>> addresses = new TreeMap<>();
    private final List<List<Long>> links = new ArrayList<>();
    private final Map<String, Set<Long>> matches = new HashMap<>();
    private final String schema;

    /** The refusal of a field, by its status in REST. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final int status;

        Refused(int status) {
            super(null, null, false, false);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    RowsInMemory(String schema) {
        this.schema = schema;
        read(
                users,
                "users",
                "email",
                "emailConfirmed",
                "pendingEmail",
                "name",
                "createdAt",
                "updatedAt",
                "admin",
                "addressId",
                "createdById");
        read(posts, "posts", "title", "content", "authorId", "createdAt", "updatedAt");
        read(categories, "categories", "name");
        read(comments, "comments", "content", "postId", "authorId", "createdAt", "updatedAt");
        read(addresses, "addresses", "street", "city", "country");
        Database.rows("select post_id, category_id from post_categories")
                .forEach(link -> links.add(List.of((Long) link.get(0), (Long) link.get(1))));
    }

    /** Returns the engine for a caller; 0 for an anonymous one. */
    GraphQL engine(long caller, boolean admin) {
        return GraphQL.newGraphQL(new SchemaGenerator()
                        .makeExecutableSchema(new SchemaParser().parse(schema), wiring(caller, admin)))
                .build();
    }

    List<Long> ids(String type) {
        return List.copyOf(rows(type).keySet());
    }

    private Map<Long, Map<String, Object>> rows(String type) {
        return switch (type) {
            case "Post" -> posts;
            case "Category" -> categories;
            case "Comment" -> comments;
            case "Address" -> addresses;
            default -> users;
        };
    }

    /** Reads a table, and the place of each row in the order of each member: collations are those of the database. */
    private static void read(Map<Long, Map<String, Object>> rows, String table, String... members) {
        var columns = new StringBuilder("id");
        for (String member : members) {
            String column = member.replaceAll("([A-Z])", "_$1").toLowerCase();
            columns.append(", ").append(member.endsWith("At") ? TIME.formatted(column) : column);
            columns.append(", row_number() over (order by ").append(column).append(", id)");
        }
        for (List<Object> row :
                Database.rows("select " + columns + ", row_number() over (order by id) from " + table)) {
            var read = new LinkedHashMap<String, Object>();
            read.put("#", row.get(0));
            for (int i = 0; i < members.length; i++) {
                read.put(members[i], row.get(1 + 2 * i));
                read.put("#" + members[i], row.get(2 + 2 * i));
            }
            read.put("#id", row.get(row.size() - 1));
            rows.put((Long) row.get(0), read);
        }
    }

    private RuntimeWiring wiring(long caller, boolean admin) {
        return RuntimeWiring.newRuntimeWiring()
                .scalar(GraphqlSchema.DATE_TIME)
                .type(
                        "Node",
                        node -> node.typeResolver(found -> (GraphQLObjectType) found.getSchema()
                                .getType(((Map<?, ?>) found.getObject())
                                        .get("type")
                                        .toString())))
                .type(
                        "Profile",
                        node -> node.typeResolver(found -> (GraphQLObjectType) found.getSchema()
                                .getType(((Map<?, ?>) found.getObject())
                                        .get("type")
                                        .toString())))
                .type(
                        "Query",
                        query -> query.dataFetcher("post", one("Post"))
                                .dataFetcher("category", one("Category"))
                                .dataFetcher("comment", one("Comment"))
                                .dataFetcher("user", asked -> {
                                    long id = id(asked.getArgument("id"));
                                    return object(admin || id == caller ? "User" : "Author", id);
                                })
                                .dataFetcher("node", asked -> {
                                    String global = asked.getArgument("id");
                                    String type = global.replaceFirst(":.*", "");
                                    long id = id(global);
                                    if (type.equals("User") || type.equals("Address")) {
                                        requireAuthenticated(caller);
                                    }
                                    if (type.equals("User") && !admin && id != caller) {
                                        throw new Refused(403);
                                    }
                                    return type.equals("Address") && !isVisible(id, caller, admin)
                                            ? null
                                            : object(type, id);
                                })
                                .dataFetcher(
                                        "categoryNamed",
                                        asked -> categories.values().stream()
                                                .filter(row -> row.get("name")
                                                        .toString()
                                                        .equalsIgnoreCase(asked.getArgument("name")))
                                                .findAny()
                                                .map(row -> object("Category", (Long) row.get("#")))
                                                .orElse(null))
                                .dataFetcher("me", asked -> {
                                    requireAuthenticated(caller);
                                    return object("User", caller);
                                })
                                .dataFetcher("posts", list("Post", row -> true))
                                .dataFetcher("categories", list("Category", row -> true))
                                .dataFetcher("users", asked -> {
                                    requireAuthenticated(caller);
                                    if (!admin) {
                                        throw new Refused(403);
                                    }
                                    return list("User", row -> true).get(asked);
                                })
                                .dataFetcher("addresses", asked -> {
                                    requireAuthenticated(caller);
                                    return list("Address", row -> isVisible((Long) row.get("#"), caller, admin))
                                            .get(asked);
                                }))
                .type(
                        "Post",
                        post -> post.dataFetcher("author", one("Author", "authorId"))
                                .dataFetcher(
                                        "categories",
                                        below(
                                                "Category",
                                                (owner, row) -> links.contains(List.of(owner.get("#"), row.get("#")))))
                                .dataFetcher(
                                        "commentCount",
                                        asked -> count(
                                                "Comment",
                                                row -> row.get("postId")
                                                        .equals(row(asked).get("#"))))
                                .dataFetcher(
                                        "comments",
                                        below(
                                                "Comment",
                                                (owner, row) ->
                                                        row.get("postId").equals(owner.get("#")))))
                .type(
                        "Category",
                        category -> category.dataFetcher(
                                        "postCount",
                                        asked -> count(
                                                "Post",
                                                row -> links.contains(List.of(
                                                        row.get("#"), row(asked).get("#")))))
                                .dataFetcher(
                                        "posts",
                                        below(
                                                "Post",
                                                (owner, row) -> links.contains(List.of(row.get("#"), owner.get("#"))))))
                .type(
                        "Comment",
                        comment -> comment.dataFetcher("author", one("Author", "authorId"))
                                .dataFetcher("post", one("Post", "postId")))
                .type(
                        "Address",
                        address -> address.dataFetcher(
                                "user",
                                asked -> users.values().stream()
                                        .filter(user -> Objects.equals(
                                                user.get("addressId"),
                                                row(asked).get("#")))
                                        .findAny()
                                        .map(user -> object("Author", (Long) user.get("#")))
                                        .orElse(null)))
                .type(
                        "User",
                        user -> user.dataFetcher("address", one("Address", "addressId"))
                                .dataFetcher("createdBy", one("Author", "createdById"))
                                .dataFetcher(
                                        "roles",
                                        asked -> (Boolean) row(asked).get("admin")
                                                ? List.of("admin", "user")
                                                : List.of("user"))
                                .dataFetcher(
                                        "postCount",
                                        asked -> count(
                                                "Post",
                                                row -> row.get("authorId")
                                                        .equals(row(asked).get("#"))))
                                .dataFetcher(
                                        "posts",
                                        below(
                                                "Post",
                                                (owner, row) ->
                                                        row.get("authorId").equals(owner.get("#")))))
                .type(
                        "Author",
                        author -> author.dataFetcher(
                                        "postCount",
                                        asked -> count(
                                                "Post",
                                                row -> row.get("authorId")
                                                        .equals(row(asked).get("#"))))
                                .dataFetcher(
                                        "posts",
                                        below(
                                                "Post",
                                                (owner, row) ->
                                                        row.get("authorId").equals(owner.get("#")))))
                .build();
    }

    private static void requireAuthenticated(long caller) {
        if (caller == 0) {
            throw new Refused(401);
        }
    }

    private boolean isVisible(long address, long caller, boolean admin) {
        return admin || Objects.equals(users.get(caller).get("addressId"), address);
    }

    private interface Belongs {
        boolean test(Map<String, Object> owner, Map<String, Object> row);
    }

    private static Map<String, Object> row(DataFetchingEnvironment asked) {
        return asked.getSource();
    }

    private static long id(String id) {
        return Long.parseLong(id.replaceFirst(".*:", ""));
    }

    private Map<String, Object> object(String type, Long id) {
        Map<String, Object> row = id == null ? null : rows(type).get(id);
        if (row == null) {
            return null;
        }
        var object = new LinkedHashMap<>(row);
        object.put("type", type);
        object.put("id", type + ":" + id);
        return object;
    }

    private DataFetcher<?> one(String type) {
        return asked -> object(type, id(asked.getArgument("id")));
    }

    private DataFetcher<?> one(String type, String reference) {
        return asked -> object(type, (Long) row(asked).get(reference));
    }

    private int count(String type, Predicate<Map<String, Object>> belongs) {
        return (int) rows(type).values().stream().filter(belongs).count();
    }

    private DataFetcher<?> below(String type, Belongs belongs) {
        return asked -> list(type, row -> belongs.test(row(asked), row)).get(asked);
    }

    private DataFetcher<?> list(String type, Predicate<Map<String, Object>> belongs) {
        return asked -> {
            String given = asked.getArgument("sort");
            String sort = given != null ? given : standard(asked.getFieldDefinition());
            boolean descending = sort.endsWith("_DESCENDING");
            String member = member(sort);
            List<Map<String, Object>> all = rows(type).values().stream()
                    .filter(belongs)
                    .filter(row -> fulfils(asked, row))
                    .sorted((one, other) -> {
                        int order = rank(one, member).compareTo(rank(other, member));
                        return descending ? -order : order;
                    })
                    .toList();
            Map<String, Object> after = row(type, asked.getArgument("after"));
            Map<String, Object> before = row(type, asked.getArgument("before"));
            List<Map<String, Object>> between = all.stream()
                    .filter(row -> after == null || rank(row, member) > rank(after, member) != descending)
                    .filter(row -> after == null || row != after)
                    .filter(row -> before == null || rank(row, member) < rank(before, member) != descending)
                    .filter(row -> before == null || row != before)
                    .toList();
            Integer last = asked.getArgument("last");
            int size = last != null ? last : Objects.requireNonNullElse(asked.getArgument("first"), 20);
            boolean more = between.size() > size;
            int from = last != null ? Math.max(0, between.size() - size) : 0;
            List<Map<String, Object>> page = between.subList(from, Math.min(between.size(), from + size));
            var edges = new ArrayList<Map<String, Object>>();
            for (Map<String, Object> row : page) {
                edges.add(Map.of("cursor", cursor(row, member, descending), "node", object(type, (Long) row.get("#"))));
            }
            var info = new LinkedHashMap<String, Object>();
            info.put("hasNextPage", last == null ? more : before != null);
            info.put("hasPreviousPage", last == null ? after != null : more);
            info.put("startCursor", edges.isEmpty() ? null : edges.get(0).get("cursor"));
            info.put(
                    "endCursor",
                    edges.isEmpty() ? null : edges.get(edges.size() - 1).get("cursor"));
            return Map.of(
                    "edges",
                    edges,
                    "nodes",
                    edges.stream().map(edge -> edge.get("node")).toList(),
                    "pageInfo",
                    info,
                    "totalCount",
                    all.size());
        };
    }

    private static Long rank(Map<String, Object> row, String member) {
        return (Long) row.get("#" + member);
    }

    /** Returns the member that a sort orders by. */
    private static String member(String sort) {
        return switch (sort.replace("_DESCENDING", "")) {
            case "CREATED_AT" -> "createdAt";
            case "TITLE" -> "title";
            case "ID" -> "id";
            default -> "name";
        };
    }

    /** Returns the default of the sort of a list. */
    static String standard(GraphQLFieldDefinition list) {
        GraphQLArgument sort = list.getArgument("sort");
        Object value = sort.getArgumentDefaultValue().getValue();
        return value instanceof EnumValue literal ? literal.getName() : value.toString();
    }

    /** Returns the row of a cursor, which the list need not have; null for none. */
    private Map<String, Object> row(String type, String cursor) {
        if (cursor == null) {
            return null;
        }
        String place = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        return rows(type).get(Long.valueOf(place.split(" ", 3)[1]));
    }

    private static String cursor(Map<String, Object> row, String member, boolean descending) {
        Object key = member.equals("id") ? row.get("#") : row.get(member);
        String place = (descending ? "-" : "") + member + " " + row.get("#") + " " + key;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(place.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the cursor of a row of a type in an order such as {@code CREATED_AT_DESCENDING}. */
    String cursor(String type, long id, String sort) {
        return cursor(rows(type).get(id), member(sort), sort.endsWith("_DESCENDING"));
    }

    /** Returns the time at which a row was created. */
    Instant createdAt(String type, long id) {
        return Instant.parse(rows(type).get(id).get("createdAt").toString());
    }

    private boolean matches(String words, Map<String, Object> row) {
        // The search is that of REST, whose tests say which posts it finds.
        return matches.computeIfAbsent(
                        words,
                        q -> Database.rows("select r0.id from posts r0 where " + Post.MATCHES, q, q, q).stream()
                                .map(found -> (Long) found.get(0))
                                .collect(Collectors.toSet()))
                .contains((Long) row.get("#"));
    }

    private boolean fulfils(DataFetchingEnvironment asked, Map<String, Object> row) {
        List<Long> filed = links.stream()
                .filter(link -> link.get(0).equals(row.get("#")))
                .map(link -> link.get(1))
                .toList();
        String later = asked.getArgument("createdAfter");
        String earlier = asked.getArgument("createdBefore");
        String q = asked.getArgument("q");
        List<Long> authors = ids(asked, "author");
        List<Long> any = ids(asked, "category");
        List<Long> all = ids(asked, "categoryAll");
        List<Long> none = ids(asked, "categoryNone");
        return (authors == null || authors.contains((Long) row.get("authorId")))
                && (any == null || !Collections.disjoint(filed, any))
                && (all == null || filed.containsAll(all))
                && (none == null || Collections.disjoint(filed, none))
                && (later == null
                        || Instant.parse(row.get("createdAt").toString()).isAfter(time(later)))
                && (earlier == null
                        || Instant.parse(row.get("createdAt").toString()).isBefore(time(earlier)))
                && (q == null || matches(q, row));
    }

    private static Instant time(String spelled) {
        return OffsetDateTime.parse(spelled).toInstant();
    }

    private static List<Long> ids(DataFetchingEnvironment asked, String filter) {
        List<String> ids = asked.getArgument(filter);
        return ids == null ? null : ids.stream().map(RowsInMemory::id).toList();
    }
}
