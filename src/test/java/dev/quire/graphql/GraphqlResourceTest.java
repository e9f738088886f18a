package dev.quire.graphql;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Metrics;
import graphql.introspection.IntrospectionQuery;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries of GraphQL: what they answer, what they cost, and what is refused. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class GraphqlResourceTest {
    private static final int ROWS = 7;

    /** The maximum length of a refusal: a hundred errors with their problems. */
    private static final int MAX_REFUSAL = 100_000;

    private static Account ada;
    private static List<Integer> categories;
    private static final List<Integer> POSTS = new ArrayList<>();
    private static int comment;

    @BeforeEach
    void fill() {
        if (ada == null) {
            ada = Account.create();
            categories = ada.categories("Queried", 3);
            for (int i = 0; i < ROWS; i++) {
                POSTS.add(ada.post("Queried " + i, categories.subList(0, i % 4)));
            }
            comment = ada.comment(POSTS.get(3));
            ada.comment(POSTS.get(3));
        }
    }

    static ValidatableResponse query(RequestSpecification caller, String query) {
        return query(caller, query, Map.of());
    }

    static ValidatableResponse query(RequestSpecification caller, String query, Map<String, Object> variables) {
        return caller.contentType(ContentType.JSON)
                .body(Map.of("query", query, "variables", variables))
                .post("/graphql")
                .then()
                .statusCode(200);
    }

    private static ValidatableResponse query(String query) {
        return query(given(), query);
    }

    @Test
    void objectHasTheSelectedFieldsUnderTheirAliases() {
        int post = POSTS.get(3);
        String answer = query("""
                        { post(id: %d) { title, number: id, __typename, author { id name }, createdAt
                            categories(first: 2) { nodes { name } } } }
                        """.formatted(post)).extract().asString();
        Map<String, Object> rest =
                given().get("/posts/{id}", post).then().extract().path("");
        Map<?, ?> author = (Map<?, ?>) rest.get("author");

        assertEquals("""
                {"data":{"post":{"title":"Queried 3","number":"Post:%d","__typename":"Post",\
                "author":{"id":"Author:%s","name":"%s"},"createdAt":"%s",\
                "categories":{"nodes":[{"name":"Queried 01"},{"name":"Queried 02"}]}}}}""".formatted(post, author.get("id"), author.get("name"), rest.get("createdAt")), answer);
    }

    @Test
    void digitsOfTextsAndNamesAreNoNumbers() {
        Account author = Account.register();
        String digits = "7".repeat(6000);
        query("{ a%1$s: __typename } # %1$s".formatted(digits)).body("data", hasKey("a" + digits));
        String create = "mutation { createPost(input: {title: \"Digits\", content: %s}) { content } }";
        for (String quotes : List.of("\"", "\"\"\"")) {
            query(author.request(), create.formatted(quotes + digits + quotes))
                    .body("data.createPost.content", equalTo(digits));
        }
    }

    @Test
    void fragmentThatCannotApplySelectsNothing() {
        query("{ node(id: \"Post:%d\") { id ... on Author { ... on Node { ... on Post { ...titled } } } } }"
                                .formatted(POSTS.get(0))
                        + " fragment titled on Post { title }")
                .body("data.node", equalTo(Map.of("id", "Post:" + POSTS.get(0))));
    }

    @Test
    void sameQueryIsAnsweredForEachCallerAndVariable() {
        String query = "query ($post: ID!) { me { id } post(id: $post) { title } }";
        for (int i = 0; i < 2; i++) {
            for (Account caller : List.of(ada, Account.admin())) {
                for (int number = 0; number < 2; number++) {
                    query(caller.request(), query, Map.of("post", POSTS.get(number)))
                            .body("data.me.id", equalTo("User:" + caller.id()))
                            .body("data.post.title", equalTo("Queried " + number));
                }
            }
            query(given(), query, Map.of("post", POSTS.get(1)))
                    .body("data.me", nullValue())
                    .body("errors.path", equalTo(List.of(List.of("me"))))
                    .body("data.post.title", equalTo("Queried 1"));
        }
    }

    @Test
    void objectIsFoundByGlobalIdAndByIdOfRest() {
        query("{ post(id: \"Post:%1$d\") { title } other: post(id: \"%1$d\") { title } }".formatted(POSTS.get(0)))
                .body("data.post.title", equalTo("Queried 0"))
                .body("data.other.title", equalTo("Queried 0"));
        query("{ post(id: 999999999) { title } }")
                .body("data.post", nullValue())
                .body("errors", nullValue());
    }

    @Test
    void nodeHasItsType() {
        query("""
                { node(id: "Post:%d") { id ... on Post { title } ... on Category { name } }
                  of: node(id: "Comment:%d") { __typename ... on Comment { post { title } } }
                  none: node(id: "Category:999999999") { id } }
                """.formatted(POSTS.get(1), comment))
                .body("data.node", equalTo(Map.of("id", "Post:" + POSTS.get(1), "title", "Queried 1")))
                .body("data.of.post.title", equalTo("Queried 3"))
                .body("data.of.__typename", equalTo("Comment"))
                .body("data.none", nullValue());
    }

    @Test
    void userIsCompleteForSelfAndAnAuthorForOthers() {
        String user = "{ user(id: %d) { __typename name ... on User { email address { city } } } }".formatted(ada.id());

        query(user).body("data.user", equalTo(Map.of("__typename", "Author", "name", ada.name())));
        query(ada.request(), user)
                .body("data.user.email", equalTo(ada.email()))
                .body("data.user.address.city", equalTo("City"));
        query(ada.request(), "{ me { id roles createdBy { name } } }")
                .body("data.me.id", equalTo("User:" + ada.id()))
                .body("data.me.roles", equalTo(List.of("user")))
                .body("data.me.createdBy.name", notNullValue());
    }

    @Test
    void visibilityEqualsRest() {
        query("{ me { id } users { nodes { id } } addresses { nodes { id } } posts(first: 1) { nodes { title } } }")
                .body("data.me", nullValue())
                .body("data.users", nullValue())
                .body("data.posts.nodes", hasSize(1))
                .body("errors.path", equalTo(List.of(List.of("me"), List.of("users"), List.of("addresses"))))
                .body("errors.extensions.problem.status", everyItem(is(401)));
        query(ada.request(), "{ users { nodes { id } } addresses { totalCount nodes { user { name } } } }")
                .body("errors.extensions.problem.status", equalTo(List.of(403)))
                .body("data.addresses.totalCount", is(1))
                .body("data.addresses.nodes.user.name", equalTo(List.of(ada.name())));
        query(Account.admin().request(), "{ users(first: 2) { nodes { email } } }")
                .body("data.users.nodes", hasSize(2));
    }

    @Test
    void connectionsArePagedForwardAndBackward() {
        String list = """
                query ($first: Int, $after: String, $last: Int, $before: String, $sort: PostSort) {
                  posts(author: [%d], first: $first, after: $after, last: $last, before: $before, sort: $sort) {
                    totalCount edges { cursor node { title } }
                    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }
                """.formatted(ada.id());
        for (String sort : List.of("CREATED_AT", "CREATED_AT_DESCENDING", "TITLE", "TITLE_DESCENDING")) {
            var forward = new ArrayList<String>();
            String cursor = null;
            boolean more = true;
            while (more) {
                var variables = new java.util.HashMap<String, Object>(Map.of("first", 3, "sort", sort));
                variables.put("after", cursor);
                var page = query(given(), list, variables)
                        .body("data.posts.totalCount", is(ROWS))
                        .extract();
                forward.addAll(page.path("data.posts.edges.node.title"));
                assertEquals(cursor != null, page.path("data.posts.pageInfo.hasPreviousPage"));
                assertEquals(
                        (String) page.path("data.posts.edges[0].cursor"), page.path("data.posts.pageInfo.startCursor"));
                cursor = page.path("data.posts.pageInfo.endCursor");
                more = page.path("data.posts.pageInfo.hasNextPage");
            }
            assertEquals(ROWS, forward.size());
            var backward = new ArrayList<String>();
            cursor = null;
            more = true;
            while (more) {
                var variables = new java.util.HashMap<String, Object>(Map.of("last", 3, "sort", sort));
                variables.put("before", cursor);
                var page = query(given(), list, variables).extract();
                backward.addAll(0, page.<List<String>>path("data.posts.edges.node.title"));
                cursor = page.path("data.posts.pageInfo.startCursor");
                more = page.path("data.posts.pageInfo.hasPreviousPage");
            }
            assertEquals(forward, backward, sort);
        }
    }

    @Test
    void connectionsNestInsideObjects() {
        query("""
                { category(id: %d) { name posts(last: 2, sort: TITLE) { totalCount
                    nodes { title comments(first: 1) { totalCount pageInfo { hasNextPage } nodes { author { name } } } } } } }
                """.formatted(categories.get(0)))
                .body("data.category.posts.totalCount", is(5))
                .body("data.category.posts.nodes.title", equalTo(List.of("Queried 5", "Queried 6")));
        query("{ post(id: %d) { comments(first: 1) { totalCount pageInfo { hasNextPage } } } }".formatted(POSTS.get(3)))
                .body("data.post.comments.totalCount", is(2))
                .body("data.post.comments.pageInfo.hasNextPage", is(true));
        query("{ user(id: %d) { posts(category: [%d], q: \"queried\", sort: TITLE) { nodes { title } } } }"
                        .formatted(ada.id(), categories.get(2)))
                .body("data.user.posts.nodes.title", equalTo(List.of("Queried 3")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ posts(first: 20) { nodes { title author { name } categories { nodes { name } } } } }",
                "{ posts { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id } } } }",
                "{ a: posts { nodes { id } } b: categories { nodes { name posts(first: 2) { totalCount } } } }",
                "{ posts(q: \"queried\", first: 3) { nodes { comments(first: 2) { nodes { content } } } } }",
                "{ me { email posts { nodes { comments { totalCount } } } } node(id: \"Category:1\") { id } }"
            })
    void everyQueryIsOneStatement(String query) {
        query(ada.request(), "{ __typename }");
        long before = Database.statements();
        query(ada.request(), query).body("errors", nullValue());

        assertEquals(1, Database.statements() - before);
    }

    @Test
    void malformedArgumentIsRefused() {
        query("{ post(id: \"x\") { title } }", 400);
        query("{ post(id: \"Category:1\") { title } }", 400);
        query("{ node(id: \"7\") { id } }", 400);
        query("{ posts(first: 0) { totalCount } }", 400);
        query("{ posts(first: 101) { totalCount } }", 400);
        query("{ posts(first: 1, last: 1) { totalCount } }", 400);
        query("{ posts(after: \"x\") { nodes { id } } }", 400);
        query("{ posts(createdAfter: \"yesterday\") { totalCount } }", 400);
        query("{ posts(author: []) { totalCount } }", 400);
        query("{ posts(q: \"\") { totalCount } }", 400);
        query("{ categoryNamed(name: \"\") { id } }", 400);
    }

    @Test
    void introspectionDescribesTheSchema() {
        query(
                        "{ __schema { queryType { name } } __type(name: \"Post\") { fields { name } } posts(first: 1) { nodes { id } } }")
                .body("data.__schema.queryType.name", equalTo("Query"))
                .body("data.__type.fields.name[0]", equalTo("id"))
                .body("data.posts.nodes", hasSize(1));
    }

    @Test
    void introspectionOfToolsIsAnswered() {
        query(IntrospectionQuery.INTROSPECTION_QUERY)
                .body("errors", nullValue())
                .body("data.__schema.types.name", hasItem("PostConnection"));
    }

    @Test
    void mutationsChangeTheSameRowsAsRest() {
        var made = query(
                        ada.request(),
                        """
                        mutation ($input: PostInput!) {
                          createPost(input: $input) { id title author { name } categories { nodes { name } } } }
                        """,
                        Map.of(
                                "input",
                                Map.of(
                                        "title",
                                        "Mutated",
                                        "content",
                                        "c",
                                        "categories",
                                        List.of(
                                                Map.of("id", "Category:" + categories.get(0)),
                                                Map.of("name", "Mutated")))))
                .body("errors", nullValue())
                .body("data.createPost.title", equalTo("Mutated"))
                .body("data.createPost.author.name", equalTo(ada.name()))
                .body("data.createPost.categories.nodes.name", equalTo(List.of("Mutated", "Queried 01")))
                .extract();
        String id = made.path("data.createPost.id");
        String rest = id.replace("Post:", "");
        given().get("/posts/{id}", rest).then().statusCode(200).body("title", equalTo("Mutated"));

        query(ada.request(), """
                mutation { updatePost(id: "%1$s", input: {title: "Changed", categories: {disconnect: [{name: "Mutated"}]}}) {
                    title content categories { totalCount } }
                  c: createComment(post: "%1$s", input: {content: "First"}) { content post { title } }
                  connectCategory(post: %2$s, category: %3$d) { categories { nodes { name } } }
                  disconnectCategory(post: %2$s, category: %3$d) { categories { totalCount } }
                  ensureCategory(name: "mutated") { name posts { totalCount } } }
                """.formatted(id, rest, categories.get(1)))
                .body("errors", nullValue())
                .body("data.updatePost.title", equalTo("Changed"))
                .body("data.updatePost.content", equalTo("c"))
                .body("data.updatePost.categories.totalCount", is(1))
                .body("data.c.post.title", equalTo("Changed"))
                .body("data.connectCategory.categories.nodes.name", equalTo(List.of("Queried 01", "Queried 02")))
                .body("data.disconnectCategory.categories.totalCount", is(1))
                .body("data.ensureCategory", equalTo(Map.of("name", "Mutated", "posts", Map.of("totalCount", 0))));

        query(ada.request(), "mutation { deletePost(id: \"%s\") { id } }".formatted(id))
                .body("data.deletePost.id", equalTo(id));
        given().get("/posts/{id}", rest).then().statusCode(404);
    }

    @Test
    void failingMutationRollsTheOperationBack() {
        query(ada.request(), """
                mutation { updateMe(input: {name: "Somebody"}) { name }
                  wrong: createPost(input: {title: "", content: "c", categories: [{id: "x"}]}) { id } }
                """)
                .body("data", nullValue())
                .body("errors[0].path", equalTo(List.of("wrong")))
                .body("errors[0].extensions.problem.status", is(422))
                .body("errors[0].extensions.problem.errors.pointer", equalTo(List.of("/categories/0/id", "/title")));
        given().get("/users/{id}", ada.id()).then().body("name", equalTo(ada.name()));
        query("mutation { createCategory(input: {name: \"n\"}) { id } }")
                .body("data", nullValue())
                .body("errors[0].extensions.problem.status", is(401));
    }

    @Test
    void staleIfMatchOfAMutationFails() {
        Response post = given().get("/posts/{id}", POSTS.get(0));
        String change =
                "mutation ($tag: String) { updatePost(id: %d, ifMatch: $tag, input: {content: \"%s\"}) { content } }";

        query(ada.request(), change.formatted(POSTS.get(0), "new"), Map.of("tag", post.header("ETag")))
                .body("data.updatePost.content", equalTo("new"));
        query(ada.request(), change.formatted(POSTS.get(0), "newer"), Map.of("tag", post.header("ETag")))
                .body("errors[0].extensions.problem.status", is(412));
    }

    @Test
    void mutationByGetIsNotAllowed() {
        given().queryParam("query", "mutation { createCategory(input: {name: \"n\"}) { id } }")
                .get("/graphql")
                .then()
                .statusCode(405)
                .header("Allow", "POST");
    }

    private static ValidatableResponse query(String query, int status) {
        return given().contentType(ContentType.JSON)
                .body(Map.of("query", query))
                .post("/graphql")
                .then()
                .statusCode(status)
                .body("errors[0].extensions.problem.status", is(status));
    }

    /** Checks that the limit does not depend on the rows that there are: the database is not asked. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ posts(first: 100) { nodes { one: content two: content } } }",
                "{ posts(first: 100) { nodes { one: etag two: etag } } }",
                "{ posts(first: 40) { nodes { comments(first: 100) { nodes { content } } } } }",
                "{ categories(first: 49) { edges { node { posts(first: 100) { edges { a: cursor b: cursor c: cursor } } } } } }",
                "{ categories(first: 49) { nodes { posts(first: 100) { nodes { LONG: title } } } } }",
            })
    void responseThatMayBeTooLongIsRefusedBeforeItIsRead(String query) {
        long before = Database.statements();

        query(query.replace("LONG", "a".repeat(3000)), 400)
                .body("errors[0].message", containsString("characters in its largest response"));
        assertEquals(before, Database.statements());
    }

    @Test
    void onlyOneLargeQueryRunsAtATime() throws Exception {
        String large = "{ categories(first: 30) { nodes { posts(first: 20) { nodes { id } } } } }";
        CompletableFuture<Integer> first;
        try (Connection lock = Database.lock("select 1")) {
            lock.createStatement().execute("lock table posts in access exclusive mode");
            first = CompletableFuture.supplyAsync(
                    () -> query(given(), large).extract().statusCode());
            while (Database.count("select count(*) from pg_locks where not granted") < 1) {
                Thread.sleep(10);
            }

            double refused = Metrics.refused("full");
            query(large, 503).header("Retry-After", notNullValue());
            assertEquals(1, Metrics.refused("full") - refused);
            query("{ categories(first: 1) { totalCount } }").body("errors", nullValue());
        }
        assertEquals(200, first.get());
        query(given(), large);
    }

    /** A statement that is stuck on a connection that quick ones share keeps the database busy for as long as the test needs. */
    @Test
    void largeQueryWaitsWhileTheDatabaseIsBusyWithOthers() throws Exception {
        String large = "{ categories(first: 30) { nodes { posts(first: 20) { nodes { id } } } } }";
        CompletableFuture<Integer> first;
        try (Connection lock = Database.lock("select 1")) {
            lock.createStatement().execute("lock table categories in access exclusive mode");
            first = CompletableFuture.supplyAsync(
                    () -> query(given(), large).extract().statusCode());
            Database.awaitBlocked();
            Thread.sleep(500);
        }
        assertEquals(200, first.get());
        long answered = System.nanoTime();
        try (Connection lock = Database.lock("select 1")) {
            lock.createStatement().execute("lock table comments in access exclusive mode");
            CompletableFuture<Response> quick = CompletableFuture.supplyAsync(() -> given().get("/comments/1"));
            Database.awaitBlocked();

            assertEquals(200, query(given(), large).extract().statusCode());

            assertFalse(quick.isDone());
            // Two seconds after the end of the first, of which its answer may have taken some on its way.
            assertTrue(System.nanoTime() - answered > TimeUnit.MILLISECONDS.toNanos(1000));
        }
    }

    static List<Attacks.Attack> attacks() {
        return Attacks.all();
    }

    /** Fails by its timeout if a cost grows faster than the document. */
    @ParameterizedTest
    @MethodSource("attacks")
    @Timeout(60)
    void documentBeyondALimitIsRefusedWithTheLimit(Attacks.Attack attack) {
        Account caller = Account.admin();
        caller.token();
        long before = Database.statements();
        Response refused = caller.request()
                .contentType(ContentType.JSON)
                .accept("application/graphql-response+json")
                .body(attack.body())
                .post("/graphql");

        refused.then().body(containsString(attack.limit())).body("data", nullValue());
        assertEquals(4, refused.statusCode() / 100, refused::asString);
        assertTrue(refused.asString().length() < MAX_REFUSAL, refused::asString);
        assertEquals(before, Database.statements());
    }

    @Test
    void persistedDocumentIsSentOnce() throws Exception {
        String document = "{ categoryNamed(name: \"queried 01\") { name } }";
        String id = "sha256:"
                + java.util.HexFormat.of()
                        .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                                .digest(document.getBytes(java.nio.charset.StandardCharsets.UTF_8)));

        given().queryParam("documentId", id).get("/graphql").then().statusCode(404);
        given().contentType(ContentType.JSON)
                .body(Map.of("query", document, "documentId", "sha256:00"))
                .post("/graphql")
                .then()
                .statusCode(400);
        given().contentType(ContentType.JSON)
                .body(Map.of("query", document, "documentId", id))
                .post("/graphql")
                .then()
                .statusCode(200);
        Response found = given().queryParam("documentId", id).get("/graphql");
        found.then().statusCode(200).body("data.categoryNamed.name", equalTo("Queried 01"));
        given().queryParam("documentId", id)
                .header("If-None-Match", found.header("ETag"))
                .get("/graphql")
                .then()
                .statusCode(304);
    }

    @Test
    void statusFollowsTheMediaType() {
        for (String document : List.of("{", "{ unknown }")) {
            given().contentType(ContentType.JSON)
                    .body(Map.of("query", document))
                    .accept("application/json")
                    .post("/graphql")
                    .then()
                    .statusCode(200)
                    .contentType("application/json;charset=utf-8")
                    .body("$", not(org.hamcrest.Matchers.hasKey("data")));
            given().contentType(ContentType.JSON)
                    .body(Map.of("query", document))
                    .accept("application/graphql-response+json")
                    .post("/graphql")
                    .then()
                    .statusCode(400)
                    .contentType(startsWith("application/graphql-response+json"));
        }
        given().queryParam("query", "query ($n: Int) { posts(first: $n) { nodes { id } } }")
                .queryParam("variables", "{\"n\": 2}")
                .get("/graphql")
                .then()
                .statusCode(200)
                .body("data.posts.nodes", hasSize(2));
    }
}
