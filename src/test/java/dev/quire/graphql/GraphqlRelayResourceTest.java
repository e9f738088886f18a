package dev.quire.graphql;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ExtractableResponse;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The specifications of Relay, point by point: global object identification and cursor connections. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class GraphqlRelayResourceTest {
    private static final List<String> TITLES = List.of("a", "b", "c", "d", "e");
    private static final String PAGE = "{ edges { cursor node { title } } nodes { title }"
            + " pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }";

    private static Account ada;
    private static int post;
    private static int category;
    private static int comment;

    @BeforeEach
    void fill() {
        if (ada == null) {
            ada = Account.create();
            category = ada.category("Relayed");
            for (String title : TITLES) {
                post = ada.post(title, List.of(category));
            }
            comment = ada.comment(post);
        }
    }

    private static ExtractableResponse<Response> query(String query) {
        return Account.admin()
                .request()
                .contentType(ContentType.JSON)
                .body(Map.of("query", query))
                .post("/graphql")
                .then()
                .statusCode(200)
                .body("errors", nullValue())
                .extract();
    }

    private static Map<String, String> ids() {
        String address = ada.request()
                .contentType(ContentType.JSON)
                .body(Map.of("query", "{ me { address { id } } }"))
                .post("/graphql")
                .path("data.me.address.id");
        return Map.of(
                "Post", "Post:" + post,
                "Category", "Category:" + category,
                "Comment", "Comment:" + comment,
                "User", "User:" + ada.id(),
                "Author", "Author:" + ada.id(),
                "Address", address);
    }

    @Test
    void nodeOfEachTypeHasTheRequestedId() {
        List<String> types =
                query("{ __type(name: \"Node\") { possibleTypes { name } } }").path("data.__type.possibleTypes.name");
        Map<String, String> ids = ids();
        assertEquals(ids.keySet(), new HashSet<>(types));

        ids.forEach((type, id) -> assertEquals(
                Map.of("__typename", type, "id", id),
                query("{ node(id: \"%s\") { __typename id } }".formatted(id)).path("data.node")));
    }

    @Test
    void fieldsOfANodeEqualThoseOfItsRootField() {
        var found = query("""
                { post(id: %1$d) { ...P } category(id: %2$d) { ...C } comment(id: %3$d) { ...M }
                  of: node(id: "Post:%1$d") { ...P } node(id: "Category:%2$d") { ...C } other: node(id: "Comment:%3$d") { ...M }
                  user(id: %4$d) { ...U } self: node(id: "User:%4$d") { ...U } }
                fragment P on Post { id title author { id name } categories { nodes { id } } }
                fragment C on Category { id name postCount }
                fragment M on Comment { id content post { id } author { id } }
                fragment U on User { id email roles address { id street } posts { totalCount } }
                """.formatted(post, category, comment, ada.id()));

        assertEquals(found.<Object>path("data.post"), found.path("data.of"));
        assertEquals(found.<Object>path("data.category"), found.path("data.node"));
        assertEquals(found.<Object>path("data.comment"), found.path("data.other"));
        assertEquals(found.<Object>path("data.user"), found.path("data.self"));
        assertEquals(ada.email(), found.path("data.self.email"));
    }

    @Test
    void idsInsideOtherObjectsAreThoseOfNodes() {
        var found = query("""
                { post(id: %d) { id author { id posts(first: 1) { nodes { id } } } categories { edges { node { id } } }
                    comments { nodes { id post { id } } } } }
                """.formatted(post));
        var ids = new ArrayList<String>(found.path("data.post.categories.edges.node.id"));
        ids.add(found.path("data.post.id"));
        ids.add(found.path("data.post.author.id"));
        ids.addAll(found.<List<String>>path("data.post.comments.nodes.id"));

        for (String id : ids) {
            assertEquals(id, query("{ node(id: \"%s\") { id } }".formatted(id)).path("data.node.id"));
        }
        assertEquals(ids().get("Author"), ids.get(2));
    }

    @Test
    void missingNodeIsNull() {
        for (String type : ids().keySet()) {
            assertEquals(
                    nothing("node"),
                    query("{ node(id: \"%s:999999999\") { id } }".formatted(type))
                            .path("data"));
        }
    }

    private static Map<String, Object> nothing(String key) {
        var data = new HashMap<String, Object>();
        data.put(key, null);
        return data;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Nothing:1",
                "Query:1",
                "PostConnection:1",
                "post:1",
                "Post",
                "Post:",
                "Post:x",
                ":1",
                "",
                "Post:01"
            })
    void malformedNodeIdIsRefused(String id) {
        given().contentType(ContentType.JSON)
                .body(Map.of("query", "{ node(id: \"%s\") { id } }".formatted(id)))
                .post("/graphql")
                .then()
                .statusCode(400)
                .body("errors[0].extensions.problem.errors[0].parameter", equalTo("id"));
    }

    private static ExtractableResponse<Response> page(String arguments) {
        return query("{ user(id: %d) { posts(sort: TITLE%s) %s } }"
                .formatted(ada.id(), arguments.isEmpty() ? "" : ", " + arguments, PAGE));
    }

    private static String cursor(String title) {
        List<String> cursors = page("").path("data.user.posts.edges.cursor");
        return cursors.get(TITLES.indexOf(title));
    }

    /** Has every combination of the algorithm of the specification, but first together with last, which is refused. */
    @ParameterizedTest
    @CsvSource({
        "'', a b c d e, false, false",
        "first: 5, a b c d e, false, false",
        "first: 2, a b, true, false",
        "last: 5, a b c d e, false, false",
        "last: 2, d e, false, true",
        "first: 2 after: B, c d, true, true",
        "first: 3 after: B, c d e, false, true",
        "first: 2 after: E, '', false, true",
        "last: 2 before: D, b c, true, true",
        "last: 3 before: D, a b c, true, false",
        "last: 2 before: A, '', true, false",
        "first: 2 before: D, a b, true, false",
        "first: 3 before: D, a b c, false, false",
        "last: 2 after: B, d e, false, true",
        "last: 3 after: B, c d e, false, false",
        "first: 1 after: A before: D, b, true, true",
        "first: 2 after: A before: D, b c, false, true",
        "last: 1 after: A before: D, c, true, true",
        "last: 2 after: A before: D, b c, true, false",
        "first: 2 after: C before: C, '', false, true",
        "last: 2 after: D before: B, '', true, false"
    })
    void pageHasTheEdgesOfTheAlgorithm(String arguments, String titles, boolean next, boolean previous) {
        String filled = arguments;
        for (String title : TITLES) {
            filled = filled.replace(": " + title.toUpperCase(), ": \"" + cursor(title) + "\"");
        }
        var found = page(filled);
        List<String> cursors = found.path("data.user.posts.edges.cursor");

        assertEquals(
                titles.isEmpty() ? List.of() : List.of(titles.split(" ")),
                found.path("data.user.posts.edges.node.title"));
        assertEquals(found.<Object>path("data.user.posts.edges.node.title"), found.path("data.user.posts.nodes.title"));
        var info = new HashMap<String, Object>();
        info.put("hasNextPage", next);
        info.put("hasPreviousPage", previous);
        info.put("startCursor", cursors.isEmpty() ? null : cursors.get(0));
        info.put("endCursor", cursors.isEmpty() ? null : cursors.get(cursors.size() - 1));
        assertEquals(info, found.path("data.user.posts.pageInfo"));
        for (int i = 0; i < cursors.size(); i++) {
            assertEquals(cursor(titles.split(" ")[i]), cursors.get(i));
        }
    }

    @Test
    void emptyListHasAnEmptyPage() {
        Account reader = Account.register();
        var found = query("""
                { user(id: %1$d) { posts { totalCount %2$s }
                  posts(author: [%1$d], last: 3) { totalCount edges { cursor } nodes { id }
                    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }
                """.formatted(reader.id(), PAGE.substring(1)));
        var info = new HashMap<String, Object>(Map.of("hasNextPage", false, "hasPreviousPage", false));
        info.put("startCursor", null);
        info.put("endCursor", null);

        for (String list : List.of("data.user.posts", "data.posts")) {
            assertEquals(
                    Map.of("totalCount", 0, "edges", List.of(), "nodes", List.of(), "pageInfo", info),
                    found.path(list));
        }
    }

    /** Checks the types of every connection against the names and types that the specifications require. */
    @Test
    void schemaHasTheTypesOfTheSpecification() {
        String type = "type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";
        List<Map<String, ?>> types = query("{ __schema { types { name interfaces { name } fields { name args { name "
                        + type + " } " + type + " } } } }")
                .path("data.__schema.types");
        var fields = new HashMap<String, Map<String, String>>();
        var connections = new ArrayList<String>();
        for (Map<String, ?> each : types) {
            var members = new HashMap<String, String>();
            for (Map<String, ?> field : list(each.get("fields"))) {
                String of = spelled(field.get("type"));
                members.put((String) field.get("name"), of);
                if (of.replace("!", "").endsWith("Connection")) {
                    connections.add(of.replace("!", ""));
                    var arguments = new HashMap<String, String>();
                    list(field.get("args"))
                            .forEach(argument ->
                                    arguments.put((String) argument.get("name"), spelled(argument.get("type"))));
                    assertTrue(
                            arguments
                                    .entrySet()
                                    .containsAll(
                                            Map.of("first", "Int", "after", "String", "last", "Int", "before", "String")
                                                    .entrySet()),
                            field::toString);
                }
            }
            fields.put((String) each.get("name"), members);
        }

        assertEquals(Map.of("id", "ID!"), fields.get("Node"));
        assertEquals("Node", fields.get("Query").get("node"));
        assertEquals(
                Map.of(
                        "hasNextPage", "Boolean!",
                        "hasPreviousPage", "Boolean!",
                        "startCursor", "String",
                        "endCursor", "String"),
                fields.get("PageInfo"));
        assertEquals(5, new HashSet<>(connections).size());
        for (String connection : connections) {
            String edge = connection.replaceFirst("Connection$", "Edge");
            assertEquals("PageInfo!", fields.get(connection).get("pageInfo"));
            assertEquals("[" + edge + "!]!", fields.get(connection).get("edges"));
            assertEquals(Map.of("cursor", "String!", "node", edge.replaceFirst("Edge$", "!")), fields.get(edge));
        }
        for (String each : ids().keySet()) {
            assertEquals("ID!", fields.get(each).get("id"));
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, ?>> list(Object value) {
        return value == null ? List.of() : (List<Map<String, ?>>) value;
    }

    private static String spelled(Object value) {
        Map<?, ?> type = (Map<?, ?>) value;
        return switch ((String) type.get("kind")) {
            case "NON_NULL" -> spelled(type.get("ofType")) + "!";
            case "LIST" -> "[" + spelled(type.get("ofType")) + "]";
            default -> (String) type.get("name");
        };
    }
}
