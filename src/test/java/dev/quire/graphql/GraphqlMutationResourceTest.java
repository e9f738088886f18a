package dev.quire.graphql;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.http.Method;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Mutations of GraphQL: each does and refuses the same as its twin in REST, and all of an operation are done or none. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class GraphqlMutationResourceTest {
    private static final String POST =
            "{ id title content author { id name } categories { nodes { id name } } createdAt updatedAt }";
    private static final String COMMENT = "{ id content author { id name } createdAt updatedAt }";
    private static final String CATEGORY = "{ id name }";
    private static final String USER =
            "{ id email emailConfirmed pendingEmail name address { id street city country } roles createdBy { id name } createdAt updatedAt }";

    private static Account ada;
    private static Account grace;
    private static int post;
    private static int category;
    private static int comment;

    @BeforeEach
    void fill() {
        if (ada == null) {
            ada = Account.create();
            grace = Account.create();
            category = ada.category(unique("Taken"));
            post = ada.post("Ada's", List.of(category));
            comment = ada.comment(post);
        }
    }

    private static String unique(String name) {
        return name + " " + UUID.randomUUID();
    }

    private static ValidatableResponse mutate(Account caller, String document, Object... variables) {
        return send(caller == null ? given() : caller.request(), document, variables)
                .then()
                .statusCode(200);
    }

    /** @param variables names and values in turn */
    private static Response send(RequestSpecification caller, String document, Object... variables) {
        var named = new HashMap<String, Object>();
        for (int i = 0; i < variables.length; i += 2) {
            named.put((String) variables[i], variables[i + 1]);
        }
        return caller.contentType(ContentType.JSON)
                .body(Map.of("query", document, "variables", named))
                .post("/graphql");
    }

    /** Runs a mutation that succeeds, and returns its object as REST would show it. */
    private static Map<String, Object> done(Account caller, String document, Object... variables) {
        Map<String, Object> data = mutate(caller, document, variables)
                .body("errors", nullValue())
                .extract()
                .path("data");
        return rest(data.values().iterator().next());
    }

    @SuppressWarnings("unchecked")
    private static <T> T rest(Object value) {
        if (value instanceof List<?> list) {
            return (T) list.stream().map(GraphqlMutationResourceTest::rest).toList();
        }
        if (!(value instanceof Map<?, ?> object)) {
            return (T) value;
        }
        if (object.containsKey("nodes")) {
            return rest(object.get("nodes"));
        }
        var members = new LinkedHashMap<String, Object>();
        object.forEach((name, member) ->
                members.put((String) name, name.equals("id") ? (Object) id((String) member) : rest(member)));
        return (T) members;
    }

    private static int id(String global) {
        return Integer.parseInt(global.replaceFirst("[A-Z][a-z]+:", ""));
    }

    private static Map<String, Object> read(Account caller, String path) {
        return caller.request().get(path).then().statusCode(200).extract().path("");
    }

    private static String tag(Account caller, String path) {
        return caller.request().get(path).then().statusCode(200).extract().header("ETag");
    }

    @Test
    void postMutationsEqualRest() {
        String name = unique("New");
        Map<String, Object> made = done(
                ada,
                "mutation ($input: PostInput!) { createPost(input: $input) " + POST + " }",
                "input",
                Map.of(
                        "title",
                        "Made",
                        "content",
                        "a\nb",
                        "categories",
                        List.of(Map.of("id", "Category:" + category), Map.of("name", name))));
        String path = "/posts/" + made.get("id");
        assertEquals(read(ada, path), made);
        assertEquals(Map.of("id", (int) ada.id(), "name", ada.name()), made.get("author"));
        assertEquals(
                List.of("Made", "a\nb", 2),
                List.of(made.get("title"), made.get("content"), ((List<?>) made.get("categories")).size()));

        Map<String, Object> changed = done(
                ada,
                "mutation ($id: ID!, $input: PostPatch!) { updatePost(id: $id, input: $input) " + POST + " }",
                "id",
                "Post:" + made.get("id"),
                "input",
                Map.of("title", "Changed", "categories", Map.of("disconnect", List.of(Map.of("id", category)))));
        assertEquals(read(ada, path), changed);
        assertEquals("Changed", changed.get("title"));
        assertEquals("a\nb", changed.get("content"));
        assertEquals(1, ((List<?>) changed.get("categories")).size());

        String link = "mutation ($post: ID!, $category: ID!) { %sCategory(post: $post, category: $category) %s }";
        Map<String, Object> connected =
                done(ada, link.formatted("connect", POST), "post", made.get("id"), "category", category);
        assertEquals(read(ada, path), connected);
        assertEquals(2, ((List<?>) connected.get("categories")).size());
        Map<String, Object> disconnected = done(
                ada,
                link.formatted("disconnect", POST),
                "post",
                "Post:" + made.get("id"),
                "category",
                "Category:" + category);
        assertEquals(read(ada, path), disconnected);
        assertEquals(1, ((List<?>) disconnected.get("categories")).size());

        mutate(ada, "mutation { gone: deletePost(id: %s) { kind: __typename id } }".formatted(made.get("id")))
                .body("errors", nullValue())
                .body("data", equalTo(Map.of("gone", Map.of("kind", "Deleted", "id", "Post:" + made.get("id")))));
        ada.request().get(path).then().spec(problem(404));
    }

    @Test
    void categoryMutationsEqualRest() {
        String name = unique("Category");
        Map<String, Object> made =
                done(ada, "mutation { createCategory(input: {name: \"  %s \"}) %s }".formatted(name, CATEGORY));
        assertEquals(read(ada, "/categories/" + made.get("id")), made);
        assertEquals(name, made.get("name"));

        String ensure = "mutation ($name: String!) { ensureCategory(name: $name) " + CATEGORY + " }";
        assertEquals(made, done(ada, ensure, "name", name.toUpperCase(Locale.ROOT)));
        Map<String, Object> other = done(ada, ensure, "name", name + " 2");
        assertEquals(read(ada, "/categories/" + other.get("id")), other);
        assertEquals(name + " 2", other.get("name"));
        String spaced = " ".repeat(60) + name + "\u2003";
        assertEquals(made, done(ada, ensure, "name", spaced));
        assertEquals(
                made,
                ada.request()
                        .put("/categories/named/{name}", spaced)
                        .then()
                        .statusCode(200)
                        .extract()
                        .path(""));
    }

    @Test
    void commentMutationsEqualRest() {
        Map<String, Object> made = done(
                grace,
                "mutation ($on: ID!) { createComment(post: $on, input: {content: \"First\"}) " + COMMENT + " }",
                "on",
                "Post:" + post);
        String path = "/comments/" + made.get("id");
        assertEquals(read(grace, path), made);
        assertEquals("First", made.get("content"));

        Map<String, Object> changed = done(
                grace,
                "mutation { updateComment(id: %s, input: {content: \"Second\"}) %s }"
                        .formatted(made.get("id"), COMMENT));
        assertEquals(read(grace, path), changed);
        assertEquals("Second", changed.get("content"));

        // The author of the post may delete it, too.
        mutate(ada, "mutation { deleteComment(id: %s) { id } }".formatted(made.get("id")))
                .body("data.deleteComment.id", equalTo("Comment:" + made.get("id")));
        ada.request().get(path).then().spec(problem(404));
    }

    @Test
    void updateMeEqualsRest() {
        Account self = Account.register();
        String path = "/users/" + self.id();
        String change = "mutation ($input: UserPatch!) { updateMe(input: $input) " + USER + " }";

        Map<String, Object> named = done(
                self,
                change,
                "input",
                Map.of("name", "New Name", "address", Map.of("street", "1", "city", "Turin", "country", "Italy")));
        assertEquals(read(self, path), named);
        assertEquals("New Name", named.get("name"));
        assertEquals(self.email(), named.get("email"));
        Map<String, Object> moved = done(self, change, "input", Map.of("address", Map.of("city", "Rome")));
        assertEquals(read(self, path), moved);
        assertEquals("1", ((Map<?, ?>) moved.get("address")).get("street"));
        assertEquals("Rome", ((Map<?, ?>) moved.get("address")).get("city"));
    }

    @Test
    void absentMemberIsKeptAndNullIsSet() {
        Account self = Account.create();
        String literal = "mutation ($name: String, $address: AddressPatch) {"
                + " updateMe(input: {name: $name, address: $address}) { name address { city } } }";

        assertNotNull(done(self, literal, "name", "Kept").get("address"));
        assertNotNull(done(self, "mutation { updateMe(input: {}) { address { city } } }")
                .get("address"));
        mutate(self, literal, "name", null)
                .body("data", nullValue())
                .body("errors[0].extensions.problem.errors.pointer", equalTo(List.of("/name")))
                .body("errors[0].extensions.problem.errors.code", equalTo(List.of("required")));
        assertEquals("Kept", read(self, "/users/" + self.id()).get("name"));
        var removed = new HashMap<String, Object>(Map.of("name", "Kept"));
        removed.put("address", null);
        assertEquals(removed, done(self, literal, "address", null));
        mutate(self, "mutation { updateMe(input: {address: null}) { address { city } } }")
                .body("data.updateMe.address", nullValue())
                .body("errors", nullValue());
    }

    private record Twin(Method method, String path, String body, String ifMatch) {
        Response send(Account caller) {
            RequestSpecification request = caller == null ? given() : caller.request();
            if (body != null) {
                request.contentType(ContentType.JSON).body(body);
            }
            if (ifMatch != null) {
                request.header("If-Match", ifMatch);
            }
            return request.request(method, path);
        }
    }

    static Stream<Arguments> faults() {
        String old = "\"old\"";
        return Stream.of(
                fault(
                        401,
                        null,
                        "createPost(input: {title: \"t\", content: \"c\"})",
                        "POST /posts",
                        "{\"title\": \"t\", \"content\": \"c\"}"),
                fault(401, null, "updateMe(input: {})", "PATCH /users/ME", "{}"),
                fault(401, null, "deletePost(id: POST)", "DELETE /posts/POST", null),
                fault(
                        403,
                        "grace",
                        "updatePost(id: POST, input: {title: \"t\"})",
                        "PATCH /posts/POST",
                        "{\"title\": \"t\"}"),
                fault(403, "grace", "deletePost(id: POST)", "DELETE /posts/POST", null),
                fault(
                        403,
                        "grace",
                        "connectCategory(post: POST, category: CATEGORY)",
                        "PUT /posts/POST/categories/CATEGORY",
                        null),
                fault(
                        403,
                        "grace",
                        "disconnectCategory(post: POST, category: CATEGORY)",
                        "DELETE /posts/POST/categories/CATEGORY",
                        null),
                fault(
                        403,
                        "grace",
                        "updateComment(id: COMMENT, input: {content: \"c\"})",
                        "PATCH /comments/COMMENT",
                        "{\"content\": \"c\"}"),
                fault(403, "grace", "deleteComment(id: COMMENT)", "DELETE /comments/COMMENT", null),
                fault(
                        404,
                        "ada",
                        "updatePost(id: 999999999, input: {title: \"t\"})",
                        "PATCH /posts/999999999",
                        "{\"title\": \"t\"}"),
                fault(404, "ada", "deletePost(id: 999999999)", "DELETE /posts/999999999", null),
                fault(
                        404,
                        "ada",
                        "connectCategory(post: POST, category: 999999999)",
                        "PUT /posts/POST/categories/999999999",
                        null),
                fault(
                        404,
                        "ada",
                        "disconnectCategory(post: 999999999, category: 1)",
                        "DELETE /posts/999999999/categories/1",
                        null),
                fault(
                        404,
                        "ada",
                        "createComment(post: 999999999, input: {content: \"c\"})",
                        "POST /posts/999999999/comments",
                        "{\"content\": \"c\"}"),
                fault(404, "ada", "updateComment(id: 999999999, input: {})", "PATCH /comments/999999999", "{}"),
                fault(404, "ada", "deleteComment(id: 999999999)", "DELETE /comments/999999999", null),
                fault(
                        409,
                        "ada",
                        "createCategory(input: {name: \"TAKEN\"})",
                        "POST /categories",
                        "{\"name\": \"TAKEN\"}"),
                fault(409, "ada", "updateMe(input: {email: \"GRACE\"})", "PATCH /users/ME", "{\"email\": \"GRACE\"}"),
                fault(
                        412,
                        "ada",
                        "updatePost(id: POST, input: {title: \"t\"}, ifMatch: $tag)",
                        "PATCH /posts/POST",
                        "{\"title\": \"t\"}",
                        old),
                fault(412, "ada", "deletePost(id: POST, ifMatch: $tag)", "DELETE /posts/POST", null, old),
                fault(
                        412,
                        "ada",
                        "connectCategory(post: POST, category: CATEGORY, ifMatch: $tag)",
                        "PUT /posts/POST/categories/CATEGORY",
                        null,
                        old),
                fault(
                        412,
                        "ada",
                        "disconnectCategory(post: POST, category: CATEGORY, ifMatch: $tag)",
                        "DELETE /posts/POST/categories/CATEGORY",
                        null,
                        old),
                fault(
                        412,
                        "ada",
                        "ensureCategory(name: \"TAKEN\", ifMatch: $tag)",
                        "PUT /categories/named/TAKEN",
                        null,
                        old),
                fault(
                        412,
                        "ada",
                        "updateComment(id: COMMENT, input: {content: \"c\"}, ifMatch: $tag)",
                        "PATCH /comments/COMMENT",
                        "{\"content\": \"c\"}",
                        old),
                fault(412, "ada", "deleteComment(id: COMMENT, ifMatch: $tag)", "DELETE /comments/COMMENT", null, old),
                fault(
                        412,
                        "ada",
                        "updateMe(input: {name: \"n\"}, ifMatch: $tag)",
                        "PATCH /users/ME",
                        "{\"name\": \"n\"}",
                        old),
                fault(
                        400,
                        "ada",
                        "updatePost(id: POST, input: {title: \"t\"}, ifMatch: $tag)",
                        "PATCH /posts/POST",
                        "{\"title\": \"t\"}",
                        "no tag"),
                fault(400, "ada", "ensureCategory(name: \"LONG\")", "PUT /categories/named/LONG", null),
                fault(
                        422,
                        "ada",
                        "createPost(input: {title: \" \", content: \"\", categories: [{id: \"x\"}, {}, {id: 1, name: \"n\"}]})",
                        "POST /posts",
                        "{\"title\": \" \", \"content\": \"\", \"categories\": [{\"id\": \"x\"}, {}, {\"id\": 1, \"name\": \"n\"}]}"),
                fault(
                        422,
                        "ada",
                        "createPost(input: {title: \"t\", content: \"c\", categories: [{name: \"TAKEN\"}, {id: 999999999}]})",
                        "POST /posts",
                        "{\"title\": \"t\", \"content\": \"c\", \"categories\": [{\"name\": \"TAKEN\"}, {\"id\": 999999999}]}"),
                fault(
                        422,
                        "ada",
                        "createPost(input: {title: \"t\", content: \"c\", categories: null})",
                        "POST /posts",
                        "{\"title\": \"t\", \"content\": \"c\", \"categories\": null}"),
                fault(
                        422,
                        "ada",
                        "updatePost(id: POST, input: {title: null, categories: null})",
                        "PATCH /posts/POST",
                        "{\"title\": null, \"categories\": null}"),
                fault(
                        422,
                        "ada",
                        "updatePost(id: POST, input: {content: \"\", categories: {set: [], connect: [{id: CATEGORY}]}})",
                        "PATCH /posts/POST",
                        "{\"content\": \"\", \"categories\": {\"set\": [], \"connect\": [{\"id\": CATEGORY}]}}"),
                fault(
                        422,
                        "ada",
                        "updatePost(id: POST, input: {categories: {connect: null, disconnect: [{id: 999999999}]}})",
                        "PATCH /posts/POST",
                        "{\"categories\": {\"connect\": null, \"disconnect\": [{\"id\": 999999999}]}}"),
                fault(422, "ada", "createCategory(input: {name: \"\"})", "POST /categories", "{\"name\": \"\"}"),
                fault(
                        422,
                        "ada",
                        "createComment(post: POST, input: {content: \"\\u0000\"})",
                        "POST /posts/POST/comments",
                        "{\"content\": \"\\u0000\"}"),
                fault(
                        422,
                        "ada",
                        "updateComment(id: COMMENT, input: {content: null})",
                        "PATCH /comments/COMMENT",
                        "{\"content\": null}"),
                fault(
                        422,
                        "ada",
                        "updateMe(input: {email: \"x\", name: \"\", address: {city: \"\", street: null}})",
                        "PATCH /users/ME",
                        "{\"email\": \"x\", \"name\": \"\", \"address\": {\"city\": \"\", \"street\": null}}"));
    }

    private static Arguments fault(int status, String caller, String mutation, String twin, String body) {
        return fault(status, caller, mutation, twin, body, null);
    }

    private static Arguments fault(
            int status, String caller, String mutation, String twin, String body, String ifMatch) {
        return Arguments.of(status, caller, mutation, twin, body, ifMatch);
    }

    private static String filled(String text) {
        return text.replace("/users/ME", "/users/" + ada.id())
                .replace("POST,", post + ",")
                .replace("POST)", post + ")")
                .replace("/POST", "/" + post)
                .replace("COMMENT,", comment + ",")
                .replace("COMMENT)", comment + ")")
                .replace("/COMMENT", "/" + comment)
                .replace("/CATEGORY", "/" + category)
                .replace(": CATEGORY", ": " + category)
                .replace("LONG", "x".repeat(51))
                .replace("GRACE", grace.email())
                .replace("TAKEN", (String) read(ada, "/categories/" + category).get("name"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void faultsAreTheProblemsOfRest(
            int status, String name, String mutation, String twin, String body, String ifMatch) {
        Account caller = name == null ? null : name.equals("ada") ? ada : grace;
        String[] target = filled(twin).split(" ", 2);
        Map<String, Object> alone = new Twin(
                        Method.valueOf(target[0]), target[1], body == null ? null : filled(body), ifMatch)
                .send(caller)
                .then()
                .statusCode(status)
                .extract()
                .path("");
        // Nothing of the operation is done, whatever else is in it.
        String other = unique("Undone");
        Map<String, Object> refused = mutate(
                        caller,
                        "mutation ($tag: String, $other: String!) { wrong: %s { __typename } ensureCategory(name: $other) { id } }"
                                .formatted(filled(mutation))
                                .replace("($tag: String, ", mutation.contains("$tag") ? "($tag: String, " : "("),
                        "tag",
                        ifMatch,
                        "other",
                        other)
                .body("data", nullValue())
                .body("errors", hasSize(1))
                .body("errors[0].path", equalTo(List.of("wrong")))
                .body("errors[0].message", equalTo(alone.get("detail")))
                .body("errors[0].extensions.problem.instance", equalTo("/graphql"))
                .extract()
                .path("errors[0].extensions.problem");

        assertEquals(comparable(alone), comparable(refused));
        given().get("/categories/named/{name}", other).then().spec(problem(404));
    }

    private static Map<String, Object> comparable(Map<String, Object> problem) {
        var members = new LinkedHashMap<>(problem);
        members.keySet().removeAll(List.of("instance", "traceId"));
        return members;
    }

    @Test
    void mutationsOfAnOperationAreOneTransaction() {
        String name = unique("One");
        mutate(ada, """
                mutation {
                  createCategory(input: {name: "%1$s"}) { id }
                  a: createPost(input: {title: "%1$s", content: "c", categories: [{name: "%1$s"}]}) { id }
                  createComment(post: %2$d, input: {content: "%1$s"}) { id }
                  updatePost(id: %2$d, input: {content: "%1$s"}) { id }
                }""".formatted(name, post)).body("errors", nullValue());

        assertEquals(1, Database.count("""
                select count(distinct x) from (select xmin::text x from posts where title = $1 or content = $1
                union all select xmin::text from comments where content = $1
                union all select xmin::text from categories where name = $1) written
                """.replace("$1", "'" + name + "'")));
    }

    @Test
    void failingMutationUndoesThoseBeforeIt() {
        String name = unique("Undone");
        String before = tag(ada, "/posts/" + post);
        mutate(ada, """
                mutation {
                  createCategory(input: {name: "%1$s"}) { id }
                  createPost(input: {title: "%1$s", content: "c"}) { id }
                  updatePost(id: %2$d, input: {title: "%1$s"}) { id }
                  disconnectCategory(post: %2$d, category: %3$d) { id }
                  deleteComment(id: %4$d) { id }
                  last: createCategory(input: {name: "%1$s"}) { id }
                }""".formatted(name, post, category, comment))
                .body("data", nullValue())
                .body("errors.path", equalTo(List.of(List.of("last"))))
                .body("errors.extensions.problem.status", equalTo(List.of(409)));

        given().get("/categories/named/{name}", name).then().spec(problem(404));
        assertEquals(0, Database.count("select count(*) from posts where title = ?", name));
        assertEquals(before, tag(ada, "/posts/" + post));
        assertNotNull(read(ada, "/comments/" + comment));
    }

    @Test
    void resultsAreReadRightAfterTheirMutation() {
        int own = ada.post("Zero", List.of(category));
        String answer = mutate(ada, """
                mutation {
                  b: updatePost(id: %1$d, input: {title: "One"}) { title categories { totalCount } }
                  a: disconnectCategory(post: %1$d, category: %2$d) { title categories { totalCount } }
                  c: createComment(post: %1$d, input: {content: "c"}) { post { title comments { totalCount } } }
                  d: updatePost(id: %1$d, input: {title: "Two"}) { title comments { nodes { content } } }
                  e: deletePost(id: %1$d) { id }
                }""".formatted(own, category)).extract().asString();

        assertEquals(
                ("{'data':{'b':{'title':'One','categories':{'totalCount':1}},"
                                + "'a':{'title':'One','categories':{'totalCount':0}},"
                                + "'c':{'post':{'title':'One','comments':{'totalCount':1}}},"
                                + "'d':{'title':'Two','comments':{'nodes':[{'content':'c'}]}},"
                                + "'e':{'id':'Post:" + own + "'}}}")
                        .replace('\'', '"'),
                answer);
    }

    @Test
    void resultsAreProjectedAsInQueries() {
        int own = ada.post("Read", List.of(category));
        ada.comment(own);
        ada.comment(own);
        String fields = """
                { __typename id title author { posts(category: ["%2$d"], q: "read", createdAfter: "2020-01-01T00:00:00Z",
                    first: 1, sort: TITLE) { totalCount edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }
                  comments(first: 1, sort: CREATED_AT_DESCENDING) { totalCount nodes { id content } pageInfo { endCursor } } }""".formatted(own, category);
        Object found = ada.request()
                .queryParam("query", "{ post(id: %d) %s }".formatted(own, fields))
                .get("/graphql")
                .then()
                .body("errors", nullValue())
                .extract()
                .path("data.post");
        Object written = mutate(ada, "mutation { updatePost(id: %d, input: {}) %s }".formatted(own, fields))
                .body("errors", nullValue())
                .extract()
                .path("data.updatePost");
        assertEquals(found, written);
    }

    @Test
    void fragmentsDirectivesAliasesAndVariablesWorkInMutations() {
        String name = unique("Skipped");
        mutate(ada, """
                        mutation Change($no: Boolean!, $yes: Boolean!, $name: String!, $post: ID!) {
                          __typename
                          ...Changes
                          skipped: createCategory(input: {name: $name}) @skip(if: $yes) { id }
                          ... @include(if: $no) { ensureCategory(name: $name) { id } }
                          empty: updatePost(id: $post, input: {}) { id @include(if: $no) }
                        }
                        fragment Changes on Mutation {
                          again: updatePost(id: $post, input: {}) { ...Title }
                          again: updatePost(id: $post, input: {}) { t: __typename }
                        }
                        fragment Title on Post { name: title }
                        """, "no", false, "yes", true, "name", name, "post", post)
                .body("errors", nullValue())
                .body("data.__typename", equalTo("Mutation"))
                .body(
                        "data.again",
                        equalTo(Map.of("name", read(ada, "/posts/" + post).get("title"), "t", "Post")))
                .body("data.empty", equalTo(Map.of()))
                .body("data.keySet()", hasSize(3));
        given().get("/categories/named/{name}", name).then().spec(problem(404));
    }

    @Test
    void ifMatchTakesTheEntityTagOfRest() {
        int own = ada.post("Tagged", List.of(category));
        int below = ada.comment(own);
        String old = tag(ada, "/posts/" + own);
        String change = "mutation ($id: ID!, $title: String, $tag: String) {"
                + " updatePost(id: $id, input: {title: $title}, ifMatch: $tag) { title } }";

        mutate(ada, change, "id", own, "title", "Once", "tag", old).body("data.updatePost.title", equalTo("Once"));
        mutate(ada, change, "id", own, "title", "Twice", "tag", old)
                .body("errors[0].extensions.problem.status", is(412));
        mutate(ada, change, "id", own, "title", "Any", "tag", "*").body("data.updatePost.title", equalTo("Any"));
        // Each mutation has its own.
        mutate(
                        ada,
                        """
                        mutation ($post: String, $comment: String, $me: String) {
                          disconnectCategory(post: %1$d, category: %2$d, ifMatch: $post) { id }
                          createComment(post: %1$d, input: {content: "c"}) { id }
                          updateComment(id: %3$d, input: {content: "c"}, ifMatch: $comment) { id }
                          updateMe(input: {}, ifMatch: $me) { id }
                          ensureCategory(name: "%4$s", ifMatch: "*") { id }
                        }""".formatted(
                                        own,
                                        category,
                                        below,
                                        read(ada, "/categories/" + category).get("name")),
                        "post",
                        tag(ada, "/posts/" + own),
                        "comment",
                        tag(ada, "/comments/" + below),
                        "me",
                        tag(ada, "/users/" + ada.id()))
                .body("errors", nullValue());
        mutate(ada, "mutation ($tag: String) { deletePost(id: %d, ifMatch: $tag) { id } }".formatted(own), "tag", old)
                .body("errors[0].extensions.problem.status", is(412));
        assertNotNull(read(ada, "/posts/" + own));
    }

    @Test
    void etagFieldEqualsTheEntityTagOfRest() {
        int own = ada.post("Tagged", List.of(category));
        int below = ada.comment(own);
        ada.request()
                .queryParam("query", """
                        { post(id: %1$d) { etag author { etag } categories { nodes { etag } } }
                          comment(id: %2$d) { etag } me { etag address { etag } } user(id: %3$d) { etag } }""".formatted(own, below, grace.id()))
                .get("/graphql")
                .then()
                .body("errors", nullValue())
                .body("data.post.etag", equalTo(tag(grace, "/posts/" + own)))
                .body("data.post.author.etag", equalTo(tag(grace, "/users/" + ada.id())))
                .body("data.post.categories.nodes[0].etag", equalTo(tag(ada, "/categories/" + category)))
                .body("data.comment.etag", equalTo(tag(ada, "/comments/" + below)))
                .body("data.me.etag", equalTo(tag(ada, "/users/" + ada.id())))
                .body("data.me.address.etag", equalTo(tag(ada, "/users/" + ada.id() + "/address")))
                .body("data.user.etag", equalTo(tag(ada, "/users/" + grace.id())));
        String change =
                "mutation ($tag: String) { updatePost(id: %d, input: {content: \"%s\"}, ifMatch: $tag) { etag } }";
        String after = mutate(ada, change.formatted(own, "1"), "tag", tag(ada, "/posts/" + own))
                .extract()
                .path("data.updatePost.etag");
        assertEquals(tag(ada, "/posts/" + own), after);
        mutate(ada, change.formatted(own, "2"), "tag", after).body("errors", nullValue());
        mutate(ada, change.formatted(own, "3"), "tag", after).body("errors[0].extensions.problem.status", is(412));
    }

    @Test
    void operationWithAnIdempotencyKeyRunsOnce() {
        String key = UUID.randomUUID().toString();
        String title = unique("Once");
        String create = "mutation ($t: String!) { createPost(input: {title: $t, content: \"c\"}) { id }"
                + " createComment(post: %d, input: {content: $t}) { id } }".formatted(post);

        Response first = send(ada.request().header("Idempotency-Key", key), create, "t", title);
        first.then().statusCode(200).body("errors", nullValue()).header("Idempotency-Replayed", nullValue());
        Response again = send(ada.request().header("Idempotency-Key", key), create, "t", title);
        again.then().statusCode(200).header("Idempotency-Replayed", equalTo("true"));
        assertEquals(first.asString(), again.asString());
        assertEquals(1, Database.count("select count(*) from posts where title = ?", title));
        assertEquals(1, Database.count("select count(*) from comments where content = ?", title));
        send(ada.request().header("Idempotency-Key", key), create, "t", title + "!")
                .then()
                .statusCode(422)
                .body("type", equalTo("urn:quire:problem:key-reused"));
        // What was refused is not stored, so that the key can be used again.
        String other = UUID.randomUUID().toString();
        for (int i = 0; i < 2; i++) {
            send(ada.request().header("Idempotency-Key", other), create, "t", "")
                    .then()
                    .statusCode(200)
                    .header("Idempotency-Replayed", nullValue())
                    .body("errors[0].extensions.problem.status", is(422));
        }
    }

    @Test
    void mutationByGetIsNotAllowed() {
        String name = unique("Got");
        ada.request()
                .queryParam("query", "mutation { createCategory(input: {name: \"%s\"}) { id } }".formatted(name))
                .get("/graphql")
                .then()
                .statusCode(405)
                .header("Allow", equalTo("POST"))
                .body("data", nullValue())
                .body("errors[0].extensions.problem.status", is(405));
        given().get("/categories/named/{name}", name).then().spec(problem(404));
    }

    @Test
    void inputOutsideTheSchemaIsRefusedWithoutChange() {
        for (String wrong : List.of(
                "createPost(input: {title: \"t\"})",
                "createPost(input: {title: \"t\", content: \"c\", author: 1})",
                "updatePost(id: 1, input: {id: 2})",
                "updateMe(input: {roles: [\"admin\"]})",
                "createComment(post: 1)")) {
            send(
                            ada.request().accept("application/graphql-response+json"),
                            "mutation { %s { __typename } }".formatted(wrong))
                    .then()
                    .statusCode(400)
                    .body("data", nullValue())
                    .body("errors.extensions.problem.status", everyItem(is(400)));
        }
        for (String id : Arrays.asList("Comment:1", "x", "0", "")) {
            mutate(ada, "mutation ($id: ID!) { deletePost(id: $id) { id } }", "id", id)
                    .body("data", nullValue())
                    .body("errors[0].path", equalTo(List.of("deletePost")))
                    .body("errors[0].extensions.problem.errors[0].parameter", equalTo("id"));
        }
    }

    @Test
    void mutationBeyondALimitIsRefusedWithoutChange() {
        String name = unique("Much");
        send(
                        ada.request(),
                        "mutation { createCategory(input: {name: \"%s\"}) { posts(first: 100) { nodes { comments(first: 100) { nodes { id } } } } } }"
                                .formatted(name))
                .then()
                .statusCode(400)
                .body("errors[0].message", startsWith("The document has"));
        mutate(
                        ada,
                        "mutation { createCategory(input: {name: \"%s\"}) { posts(after: \"x\") { nodes { id } } } }"
                                .formatted(name))
                .body("errors[0].path", equalTo(List.of("createCategory")))
                .body("errors[0].extensions.problem.errors[0].parameter", equalTo("after"));
        given().get("/categories/named/{name}", name).then().spec(problem(404));
    }
}
