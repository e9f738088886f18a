package dev.quire.query;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parameter {@code include}, and the embedded relations. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class IncludeResourceTest {
    private static final int POSTS = 12;

    /** The members of each representation, without embedded ones. */
    private static final Map<String, Set<String>> VALUES = Map.of(
            "Post", Set.of("id", "title", "content", "createdAt", "updatedAt"),
            "Category", Set.of("id", "name"),
            "Address", Set.of("id", "street", "city", "country"),
            "Author", Set.of("id", "name"),
            "User", Set.of("id", "email", "emailConfirmed", "pendingEmail", "name", "roles", "createdAt", "updatedAt"));

    /** The relations that each representation can embed. */
    private static final Map<String, Map<String, String>> RELATIONS = Map.of(
            "Post", Map.of("author", "Author", "categories", "Category"),
            "Category", Map.of("posts", "Post"),
            "Address", Map.of("user", "Author"),
            "Author", Map.of("posts", "Post"),
            "User", Map.of("address", "Address", "createdBy", "Author", "posts", "Post"));

    /** The relations embedded by default. */
    private static final Map<String, Set<String>> STANDARD =
            Map.of("Post", Set.of("author", "categories"), "User", Set.of("address", "createdBy"));

    private static Account ada;
    private static Account bob;
    private static int address;
    private static List<Integer> categories;
    private static List<Integer> newestFirst;

    @BeforeEach
    void fill() throws SQLException {
        if (ada == null) {
            bob = Account.register();
            ada = Account.create();
            address = ada.request().get("/users/{id}/address", ada.id()).path("id");
            categories = ada.categories("Include", 2);
            var posts = new ArrayList<Integer>();
            for (int i = 0; i < POSTS; i++) {
                posts.add(ada.post("Included " + i, categories));
            }
            // The oldest becomes the newest, and the next two are as old as each other.
            int oldest = posts.remove(0);
            posts.add(oldest);
            Database.execute("update posts set created_at = created_at + interval '1 day' where id = ?", oldest);
            Database.execute(
                    "update posts set created_at = (select created_at from posts where id = ?) where id = ?",
                    posts.get(0),
                    posts.get(1));
            Collections.reverse(posts);
            newestFirst = posts;
        }
    }

    static Stream<Arguments> resources() {
        return Stream.of(
                Arguments.of("/posts", "Post"),
                Arguments.of("/posts/POST", "Post"),
                Arguments.of("/posts/POST/categories", "Category"),
                Arguments.of("/users", "User"),
                Arguments.of("/users/ADA", "User"),
                Arguments.of("/users/ADA/posts", "Post"),
                Arguments.of("/users/ADA/address", "Address"),
                Arguments.of("/addresses", "Address"),
                Arguments.of("/addresses/ADDRESS", "Address"),
                Arguments.of("/categories", "Category"),
                Arguments.of("/categories/CATEGORY", "Category"),
                Arguments.of("/categories/CATEGORY/posts", "Post"),
                Arguments.of("/authentication", "User"));
    }

    @ParameterizedTest
    @MethodSource("resources")
    void everyRelationIsEmbeddedOnBothLevels(String path, String representation) {
        for (String include : paths(representation)) {
            assertShown(read(path, include), representation, tree(include), path + " " + include);
        }
        String all = String.join(",", paths(representation));
        assertShown(read(path, all), representation, tree(all), path + " " + all);
    }

    @ParameterizedTest
    @MethodSource("resources")
    void anEmptyIncludeEmbedsNothing(String path, String representation) {
        assertShown(read(path, ""), representation, Map.of(), path);
    }

    @ParameterizedTest
    @MethodSource("resources")
    void defaultRelationsAreEmbeddedWithoutInclude(String path, String representation) {
        assertShown(get(reader(path), path).statusCode(200).extract().path(""), representation, null, path);
    }

    @ParameterizedTest
    @MethodSource("resources")
    void duplicateRelationIsEmbeddedOnce(String path, String representation) {
        String relation = paths(representation).iterator().next();

        assertEquals(read(path, relation), read(path, relation + "," + relation));
    }

    @Test
    void onlyIncludedRelationsAreEmbedded() {
        given().queryParam("include", "author")
                .get("/posts/{id}", newestFirst.get(0))
                .then()
                .body("author.id", equalTo((int) ada.id()))
                .body("", not(hasKey("categories")));
        given().queryParam("include", "categories")
                .get("/posts/{id}", newestFirst.get(0))
                .then()
                .body("categories.id", equalTo(categories))
                .body("", not(hasKey("author")));
    }

    @ParameterizedTest
    @CsvSource({
        "/users/ADA, posts, ''",
        "/authentication, posts, ''",
        "/posts/POST, author.posts, author.",
        "/posts/POST, categories.posts, categories[0].",
        "/categories/CATEGORY, posts, ''",
        "/posts/POST/categories, posts, [1].",
        "/addresses/ADDRESS, user.posts, user.",
        "/users/ADA/address, user.posts, user.",
        "/users/ADA/posts, author.posts, [3].author.",
        "/categories/CATEGORY/posts, categories.posts, [3].categories[1].",
    })
    void embeddedListHasTheNewestTenAndTheCount(String path, String include, String holder) {
        get(reader(path), path, include)
                .statusCode(200)
                .body(holder + "posts.id", equalTo(newestFirst.subList(0, 10)))
                .body(holder + "postCount", equalTo(POSTS));
    }

    @Test
    void embeddedRowEqualsTheRowReadAlone() {
        Object post = read("/posts/POST", "");

        get(ada.request(), "/users/ADA", "posts.author").body("posts[0].title", equalTo("Included 0"));
        assertEquals(
                post,
                get(ada.request(), "/posts/POST", "author.posts").extract().path("author.posts[0]"));
        assertEquals(
                get(ada.request(), "/posts/POST").extract().<Object>path(""),
                get(ada.request(), "/categories/CATEGORY", "posts").extract().path("posts[0]"));
        assertEquals(
                read("/users/ADA/address", ""),
                get(ada.request(), "/users/ADA").extract().path("address"));
        assertEquals(
                Account.admin().id(),
                get(ada.request(), "/users/ADA").extract().jsonPath().getLong("createdBy.id"));
        get(ada.request(), "/addresses/ADDRESS", "user")
                .body("user", equalTo(Map.of("id", (int) ada.id(), "name", ada.name())));
        get(ada.request(), "/categories/CATEGORY", "posts.categories")
                .body("posts[9].categories.id", equalTo(categories));
    }

    @Test
    void missingRelationsAreNullOrEmpty() {
        get(bob.request(), "/users/BOB").body("address", nullValue()).body("createdBy", nullValue());
        get(bob.request(), "/users/BOB", "posts,address.user,createdBy.posts")
                .body("posts", empty())
                .body("postCount", equalTo(0))
                .body("address", nullValue())
                .body("createdBy", nullValue());
        int lonely = ada.category("Include lonely");
        given().queryParam("include", "posts.author")
                .get("/categories/{id}", lonely)
                .then()
                .body("posts", empty())
                .body("postCount", equalTo(0));
        int plain = bob.post("In no category");
        given().get("/posts/{id}", plain).then().body("categories", empty());
        bob.request().delete("/posts/{id}", plain).then().statusCode(204);
    }

    @ParameterizedTest
    @MethodSource("resources")
    void unknownRelationIsRefused(String path, String representation) {
        String relation = RELATIONS.get(representation).keySet().iterator().next();
        for (String wrong : List.of(
                "nothing",
                "id",
                relation + ".nothing",
                relation + ".id",
                relation.toUpperCase(),
                relation + ",nothing",
                "password_hash",
                "passwordHash")) {
            get(reader(path), path, wrong).spec(problem(400)).body("errors.parameter", contains("include"));
        }
        get(reader(path), path, relation + ".nothing").body("errors.detail[0]", containsString("nothing"));
    }

    @ParameterizedTest
    @MethodSource("resources")
    void aThirdLevelIsRefused(String path, String representation) {
        for (String include : paths(representation)) {
            if (include.contains(".")) {
                String holder = RELATIONS.get(representation).get(include.substring(0, include.indexOf('.')));
                String embedded = RELATIONS.get(holder).get(include.substring(include.indexOf('.') + 1));
                for (String third : RELATIONS.get(embedded).keySet()) {
                    get(reader(path), path, include + "." + third)
                            .spec(problem(400))
                            .body("errors.parameter", contains("include"))
                            .body("errors.detail[0]", containsString(third));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",",
                ".",
                "..",
                "author,",
                ",author",
                "author,,categories",
                "author.",
                ".author",
                "author..posts",
                "a..b",
                " author",
                "author ",
                "author, categories",
                "author;categories",
                "*",
                "author.*",
                "'",
                "\"",
                "\u0000",
                "author\u0000",
                "{row}",
                "\uD83D\uDE80",
                "author.posts.author.posts.author"
            })
    void malformedIncludeIsRefused(String include) {
        for (String path : List.of("/posts", "/posts/POST", "/users/ADA/posts", "/categories/CATEGORY/posts")) {
            get(given(), path, include).spec(problem(400)).body("errors.parameter", contains("include"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"address", "createdBy", "address.user", "createdBy.posts", "posts,address"})
    void privateRelationsAreForbiddenToOthers(String include) {
        get(given(), "/users/ADA", include).spec(problem(403));
        get(bob.request(), "/users/ADA", include).spec(problem(403));

        get(ada.request(), "/users/ADA", include).statusCode(200);
        get(Account.admin().request(), "/users/ADA", include).statusCode(200);
    }

    @Test
    void noResponseContainsSecretsOfAnotherUser() {
        for (RequestSpecification reader : List.of(given(), bob.request())) {
            String answer =
                    get(reader, "/users/ADA", "posts").statusCode(200).extract().asString();
            assertFalse(answer.contains(ada.email()) || answer.contains("street"), answer);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/posts/POST, author.address",
        "/posts, author.address",
        "/posts/POST, author.createdBy",
        "/users/ADA/posts, author.address",
        "/categories/CATEGORY, posts.author.address",
        "/categories/CATEGORY/posts, author.address",
        "/addresses/ADDRESS, user.address",
        "/addresses/ADDRESS, user.createdBy",
        "/authentication, createdBy.address",
        "/users/ADA, posts.author.address"
    })
    void embeddedUserIsAnAuthorForEveryReader(String path, String include) {
        for (RequestSpecification reader :
                List.of(ada.request(), Account.admin().request())) {
            get(reader, path, include).statusCode(403).spec(problem(403));
        }
        if (path.startsWith("/posts") || path.endsWith("/posts") || path.startsWith("/categories")) {
            get(given(), path, include).spec(problem(403));
            get(bob.request(), path, include).spec(problem(403));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/users, 403",
        "/users/ADA/address, 403",
        "/addresses/ADDRESS, 403",
        "/authentication, 200",
        "/addresses, 200"
    })
    void includeDoesNotWidenAccess(String path, int status) {
        String include = path.contains("address") ? "user" : "posts";

        get(given(), path, include).spec(problem(401));
        get(bob.request(), path, include).statusCode(status);
    }

    @Test
    void onlyOwnAddressesAreListedWithTheirUser() {
        get(ada.request(), "/addresses", "user").body("id", contains(address)).body("user.id", contains((int)
                ada.id()));
        get(bob.request(), "/addresses", "user").statusCode(200).body("", empty());
    }

    @Test
    void writeReturnsTheNextRead() {
        Account admin = Account.admin();
        Account carol = Account.create();
        String home = "{\"street\": \"S\", \"city\": \"C\", \"country\": \"C\"}";
        String user = "{\"email\": \"%s-%d@quire.test\", \"name\": \"N\", \"password\": \"%s\", \"address\": %s}";

        Response posted = carol.request("{\"title\": \"T\", \"content\": \"C\", \"categories\": [{\"id\": %d}]}"
                        .formatted(categories.get(1)))
                .post("/posts");
        String post = posted.header("Location");
        assertSame(posted, carol, post);
        assertSame(carol.request("{\"title\": \"U\", \"content\": \"D\"}").put(post), carol, post);
        assertSame(
                carol.request("{\"categories\": {\"connect\": [{\"id\": %d}]}}".formatted(categories.get(0)))
                        .patch(post),
                carol,
                post);
        assertSame(
                carol.request("[{\"id\": %d}]".formatted(categories.get(1))).put(post + "/categories"),
                carol,
                post + "/categories");
        carol.request().delete(post).then().statusCode(204);

        String self = "/users/" + carol.id();
        assertSame(
                carol.request("{\"email\": \"%s\", \"name\": \"C\"}".formatted(carol.email()))
                        .put(self),
                carol,
                self);
        assertSame(carol.request("{\"name\": \"D\"}").patch(self), carol, self);
        assertSame(carol.request(home).put(self + "/address"), carol, self + "/address");
        carol.request().delete(self + "/address").then().statusCode(204);
        assertSame(carol.request(home).put(self + "/address"), carol, self + "/address");
        for (String body : List.of("null", home)) {
            Response made = admin.request(user.formatted("made", System.nanoTime(), Account.PASSWORD, body))
                    .post("/users");
            assertSame(made, admin, made.header("Location"));
            Response registered = given().contentType("application/json")
                    .body(user.formatted("registered", System.nanoTime(), Account.PASSWORD, body))
                    .post("/authentication/register");
            assertSame(registered, admin, registered.header("Location"));
            Response inhabited = admin.request(home.replace(
                            "}",
                            ", \"user\": "
                                    + user.formatted("inhabiting", System.nanoTime(), Account.PASSWORD, "null")
                                            .replace(", \"address\": null", "")
                                    + "}"))
                    .post("/addresses");
            assertSame(inhabited, admin, inhabited.header("Location"));
        }

        String name = "Include " + System.nanoTime();
        Response made = carol.request("{\"name\": \"%s\"}".formatted(name)).post("/categories");
        String category = made.header("Location");
        assertSame(made, carol, category);
        assertSame(carol.request().put("/categories/named/{name}", name), carol, category);
        assertSame(admin.request("{\"name\": \"%s!\"}".formatted(name)).put(category), carol, category);
        assertSame(admin.request("{\"name\": \"%s?\"}".formatted(name)).patch(category), carol, category);

        given().contentType("application/json")
                .body("{\"email\": \"%s\", \"password\": \"%s\"}".formatted(carol.email(), Account.PASSWORD))
                .post("/authentication/log-in")
                .then()
                .body(
                        "user",
                        equalTo(get(carol.request(), "/authentication")
                                .extract()
                                .path("")));
    }

    /** Requires the very text, with its members in the same order. */
    private static void assertSame(Response written, Account reader, String path) {
        assertTrue(written.statusCode() == 200 || written.statusCode() == 201, written::asString);
        assertEquals(reader.request().get(path).asString(), written.asString());
    }

    /** Returns all paths that {@code include} may name in a representation. */
    private static Set<String> paths(String representation) {
        var paths = new TreeSet<String>();
        RELATIONS.get(representation).forEach((name, embedded) -> {
            paths.add(name);
            RELATIONS.get(embedded).keySet().forEach(below -> paths.add(name + "." + below));
        });
        return paths;
    }

    private static Map<String, Object> tree(String include) {
        var tree = new HashMap<String, Object>();
        for (String path : include.split(",")) {
            String[] names = path.split("\\.");
            @SuppressWarnings("unchecked")
            var below = (Map<String, Object>) tree.computeIfAbsent(names[0], name -> new HashMap<String, Object>());
            if (names.length > 1) {
                below.put(names[1], Map.of());
            }
        }
        return tree;
    }

    private static void assertShown(Object shown, String representation, Map<String, Object> include, String where) {
        assertShown(shown, representation, include, 2, where);
    }

    /** Requires exactly the members of this representation with these relations embedded, null for the default ones. */
    private static void assertShown(
            Object shown, String representation, Map<String, Object> include, int levels, String where) {
        if (shown instanceof List<?> rows) {
            assertFalse(rows.isEmpty(), where);
            rows.forEach(row -> assertShown(row, representation, include, levels, where));
            return;
        }
        var object = (Map<?, ?>) shown;
        Set<String> relations = include != null
                ? include.keySet()
                : levels == 0 ? Set.of() : STANDARD.getOrDefault(representation, Set.of());
        var expected = new HashSet<>(VALUES.get(representation));
        expected.addAll(relations);
        if (relations.contains("posts")) {
            expected.add("postCount");
        }
        assertEquals(expected, object.keySet(), where);
        for (String relation : relations) {
            @SuppressWarnings("unchecked")
            var below = include == null ? null : (Map<String, Object>) include.get(relation);
            Object embedded = object.get(relation);
            if (embedded != null && !List.of().equals(embedded)) {
                assertShown(
                        embedded,
                        RELATIONS.get(representation).get(relation),
                        below == null || below.isEmpty() ? null : below,
                        levels - 1,
                        where);
            }
        }
    }

    private static Object read(String path, String include) {
        return get(reader(path), path, include).statusCode(200).extract().path("");
    }

    private static ValidatableResponse get(RequestSpecification reader, String path, String include) {
        return get(reader.queryParam("include", include), path);
    }

    private static ValidatableResponse get(RequestSpecification reader, String path) {
        return reader.get(path.replace("ADA", "" + ada.id())
                        .replace("BOB", "" + bob.id())
                        .replace("POST", "" + newestFirst.get(0))
                        .replace("ADDRESS", "" + address)
                        .replace("CATEGORY", "" + categories.get(0)))
                .then();
    }

    /** Returns a reader with access to all of this. */
    private static RequestSpecification reader(String path) {
        return path.equals("/users") ? Account.admin().request() : ada.request();
    }
}
