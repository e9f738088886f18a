package dev.quire.query;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parameter {@code fields}: only the requested members are shown, and only their columns are read. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class FieldsResourceTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Account ada;
    private static Account bob;
    private static int address;
    private static int category;
    private static int post;

    @BeforeEach
    void fill() {
        if (ada == null) {
            ada = Account.create();
            bob = Account.register();
            address = ada.request().get("/users/{id}/address", ada.id()).path("id");
            category = ada.category("Fields");
            post = ada.post("Shown", List.of(category));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/posts/POST       | id                         | {'id': POST}",
                "/posts/POST       | title,id                   | {'id': POST, 'title': 'Shown'}",
                "/posts/POST       | id,id                      | {'id': POST}",
                "/posts/POST       | id,title,author.name       | {'id': POST, 'title': 'Shown', 'author': {'name': 'NAME'}}",
                "/posts/POST       | author                     | {'author': {'id': ADA, 'name': 'NAME'}}",
                "/posts/POST       | author,author.id           | {'author': {'id': ADA}}",
                "/posts/POST       | categories                 | {'categories': [{'id': CATEGORY, 'name': 'Fields'}]}",
                "/posts/POST       | categories.name,content    | {'content': 'Content', 'categories': [{'name': 'Fields'}]}",
                "/posts/POST       | author.posts.title         | {'author': {'posts': [{'title': 'Shown'}]}}",
                "/posts/POST       | author.postCount           | {'author': {'postCount': 1}}",
                "/posts/POST       | categories.posts.id        | {'categories': [{'posts': [{'id': POST}]}]}",
                "/users/ADA/posts  | id,author.name             | [{'id': POST, 'author': {'name': 'NAME'}}]",
                "/categories/CATEGORY/posts | title             | [{'title': 'Shown'}]",
                "/categories/CATEGORY       | name              | {'name': 'Fields'}",
                "/categories/CATEGORY       | posts.author.id,postCount | {'posts': [{'author': {'id': ADA}}], 'postCount': 1}",
                "/posts/POST/categories     | id                | [{'id': CATEGORY}]",
                "/users/ADA        | email                      | {'email': 'EMAIL'}",
                "/users/ADA        | roles,createdBy.name       | {'roles': ['user'], 'createdBy': {'name': 'Admin'}}",
                "/users/ADA        | address.city               | {'address': {'city': 'City'}}",
                "/users/ADA        | address.user.name          | {'address': {'user': {'name': 'NAME'}}}",
                "/users/ADA        | posts.id                   | {'posts': [{'id': POST}]}",
                "/authentication   | id,email                   | {'id': ADA, 'email': 'EMAIL'}",
                "/users/ADA/address | city,country              | {'city': 'City', 'country': 'Country'}",
                "/addresses        | id,user.id                 | [{'id': ADDRESS, 'user': {'id': ADA}}]",
                "/addresses/ADDRESS | user                      | {'user': {'id': ADA, 'name': 'NAME'}}",
            })
    void responseHasOnlyTheRequestedMembers(String path, String fields, String expected)
            throws JsonProcessingException {
        String answer =
                get(ada.request(), path, fields).statusCode(200).extract().asString();

        assertEquals(JSON.readTree(filled(expected).replace('\'', '"')), JSON.readTree(answer));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/posts", "/categories", "/users", "/addresses"})
    void everyRowOfAListHasTheSameMembers(String list) {
        get(Account.admin().request(), list, "id")
                .statusCode(200)
                .body("collect { it.keySet() as List }.unique()", equalTo(List.of(List.of("id"))));
    }

    @Test
    void includeShapesOnlyRelationsNamedByFields() {
        get(given().queryParam("include", "author.posts"), "/posts/POST", "id").body("", equalTo(Map.of("id", post)));
        get(given().queryParam("include", "author.posts"), "/posts/POST", "id,author")
                .body("keySet() as List", equalTo(List.of("id", "author")))
                .body("author.keySet() as List", equalTo(List.of("id", "name", "posts", "postCount")))
                .body("author.posts.id", contains(post));
        get(given().queryParam("include", ""), "/posts/POST", "author.name")
                .body("", equalTo(Map.of("author", Map.of("name", ada.name()))));
        get(given().queryParam("include", "nothing"), "/posts/POST", "id")
                .spec(problem(400))
                .body("errors.parameter", contains("include"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nothing",
                "id,nothing",
                "Title",
                "created_at",
                "password",
                "passwordHash",
                "password_hash",
                "version",
                "search",
                "author.nothing",
                "author.passwordHash",
                "title.length",
                "author.posts.author.id",
                "author.posts.categories",
                "*",
                "",
                ",",
                "id,",
                ",id",
                "author.",
                ".id",
                "author..id",
                " id",
                "id, title",
                "r0.id",
                "'",
                "id)--",
                "\u0000",
                "\uD83D\uDE80"
            })
    void unknownMemberIsRefused(String fields) {
        for (String path : List.of("/posts", "/posts/POST", "/users/ADA/posts", "/categories/CATEGORY/posts")) {
            get(given(), path, fields).spec(problem(400)).body("errors.parameter", contains("fields"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/users, nothing",
        "/users/ADA, passwordHash",
        "/users/ADA/address, zip",
        "/addresses, email",
        "/addresses/ADDRESS, user.passwordHash",
        "/categories, title",
        "/categories/CATEGORY, posts.name",
        "/posts/POST/categories, post",
        "/authentication, password"
    })
    void unknownMemberIsRefusedOnEveryResource(String path, String fields) {
        get(reader(path), path, fields).spec(problem(400)).body("errors.parameter", contains("fields"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "email",
                "roles",
                "createdAt",
                "updatedAt",
                "address",
                "address.city",
                "createdBy.name",
                "id,email"
            })
    void privateMembersAreForbiddenToOthers(String fields) {
        get(given(), "/users/ADA", fields).spec(problem(403));
        get(bob.request(), "/users/ADA", fields).spec(problem(403));
        get(ada.request(), "/users/ADA", fields).statusCode(200);
        get(Account.admin().request(), "/users/ADA", fields).statusCode(200);

        for (RequestSpecification reader :
                List.of(given(), bob.request(), ada.request(), Account.admin().request())) {
            get(reader, "/posts/POST", "author." + fields.replace("id,", "")).spec(problem(403));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/posts, createdAt",
        "/posts?sort=title, title",
        "/posts?author=ADA, createdAt author_id",
        "/posts/POST, ''",
        "/users/ADA/posts, createdAt author_id",
        // Words beyond the index of a very long text are searched in the text.
        "/posts?q=shown, createdAt search content",
    })
    void statementReadsOnlyTheRequestedColumns(String path, String sorted) {
        List<String> statements =
                Database.statementsDuring(() -> get(given(), path, "id,title").statusCode(200));

        assertEquals(1, statements.size(), statements::toString);
        String sql = statements.get(0);
        for (String other : List.of(
                "content", "author_id", "created_at", "updated_at", "version", "search", "users", "categories")) {
            boolean needed = sorted.replace("createdAt", "created_at").contains(other);
            assertEquals(needed, Pattern.compile("\\b\\w*" + other).matcher(sql).find(), () -> other + " in " + sql);
        }
        // Nor does PostgreSQL read more, although a subquery has a star: not even the sort carries other columns.
        String plan = Database.plan(sql);
        for (String other : List.of("content", "updated_at", "version", "users", "categories")) {
            assertEquals(sorted.contains(other), plan.contains(other), () -> other + " in " + plan);
        }
    }

    @Test
    void onlyLogInReadsThePasswordHash() {
        Set<String> statements = Set.copyOf(Database.statementsDuring(FieldsResourceTest::callAllOperations));
        List<String> withHash =
                statements.stream().filter(sql -> sql.contains("password_hash")).toList();

        assertTrue(statements.size() > 40, () -> "too few statements: " + statements.size());
        assertEquals(3, withHash.size(), withHash::toString);
        assertTrue(withHash.stream().anyMatch(sql -> sql.matches("insert into users \\(.*")), withHash::toString);
        assertTrue(
                withHash.stream().anyMatch(sql -> sql.startsWith("select") && sql.contains("where fold(")),
                withHash::toString);
        // A log-in begins its session only while the password is still the one that it has verified.
        assertTrue(withHash.stream().anyMatch(sql -> sql.contains("password_hash = $2 for share")), withHash::toString);
        // Nor by a star in a subquery: PostgreSQL drops unused columns.
        for (String sql : statements) {
            if (sql.contains("* from users")) {
                assertFalse(Database.plan(sql).contains("password_hash"), sql);
            }
        }
    }

    /** Sends every kind of request to every resource. */
    private static void callAllOperations() {
        Account carol = Account.create();
        Account dave = Account.register();
        Account admin = Account.admin();
        int written = carol.post("Written", carol.categories("Hash", 2));
        for (String path : List.of(
                "/posts",
                "/posts/" + written,
                "/posts/" + written + "/categories",
                "/users",
                "/users/" + carol.id(),
                "/users/" + carol.id() + "/posts",
                "/users/" + carol.id() + "/address",
                "/addresses",
                "/addresses/" + address,
                "/categories",
                "/categories/" + category,
                "/categories/" + category + "/posts",
                "/authentication")) {
            done(admin.request()
                    .get(path.replace("/users/" + carol.id() + "/address", "/users/" + ada.id() + "/address")));
        }
        done(admin.request().get("/users?include=posts.author,createdBy.posts,address.user"));
        done(admin.request().header("Prefer", "count=exact").get("/users?sort=-name"));
        done(admin.request().accept("application/x-ndjson").get("/users"));
        done(given().get("/users/{id}?include=posts", carol.id()));
        done(carol.request("{\"title\": \"T\", \"content\": \"C\", \"categories\": []}")
                .put("/posts/{id}", written));
        done(carol.request("{\"title\": \"T2\", \"categories\": {\"connect\": [{\"name\": \"Hash 01\"}]}}")
                .patch("/posts/{id}", written));
        done(carol.request("[{\"id\": %d}]".formatted(category)).put("/posts/{id}/categories", written));
        done(carol.request().put("/posts/{id}/categories/{category}", written, carol.category("Hash 02")));
        done(carol.request().delete("/posts/{id}/categories/{category}", written, category));
        done(carol.request("{\"name\": \"Carol\", \"email\": \"%s\", \"address\": null}".formatted(carol.email()))
                .put("/users/{id}", carol.id()));
        done(carol.request("{\"name\": \"Carol C\"}").patch("/users/{id}", carol.id()));
        String home = "{\"street\": \"S\", \"city\": \"C\", \"country\": \"C\"}";
        done(carol.request(home).put("/users/{id}/address", carol.id()));
        done(carol.request(home.replace("S\"", "T\"")).put("/users/{id}/address", carol.id()));
        done(carol.request().delete("/users/{id}/address", carol.id()));
        done(admin.request(home.replace("}", ", \"user\": {\"id\": %d}}".formatted(carol.id())))
                .post("/addresses"));
        done(admin.request(home.replace(
                        "}",
                        ", \"user\": {\"email\": \"home-%d@quire.test\", \"name\": \"Home\", \"password\": \"%s\"}}"
                                .formatted(System.nanoTime(), Account.PASSWORD)))
                .post("/addresses"));
        String name = "Hash " + System.nanoTime();
        int made = done(carol.request("{\"name\": \"%s\"}".formatted(name)).post("/categories"))
                .path("id");
        done(admin.request("{\"name\": \"%s!\"}".formatted(name)).put("/categories/{id}", made));
        done(admin.request("{\"name\": \"%s?\"}".formatted(name)).patch("/categories/{id}", made));
        done(admin.request().delete("/categories/{id}?dryRun=true", made));
        done(admin.request().delete("/categories/{id}", made));
        carol.post("Left behind");
        done(carol.request().delete("/posts/{id}", written));
        done(carol.request().delete("/users/{id}?onDelete=reassign:{heir}&dryRun=true", carol.id(), dave.id()));
        done(carol.request().delete("/users/{id}?onDelete=reassign:{heir}", carol.id(), dave.id()));
        done(dave.request().delete("/users/{id}?onDelete=cascade", dave.id()));
    }

    private static Response done(Response answer) {
        assertTrue(answer.statusCode() < 300, () -> answer.statusCode() + " " + answer.asString());
        return answer;
    }

    private static RequestSpecification reader(String path) {
        return path.equals("/users") ? Account.admin().request() : ada.request();
    }

    private static ValidatableResponse get(RequestSpecification reader, String path, String fields) {
        return reader.queryParam("fields", fields).get(filled(path)).then();
    }

    private static String filled(String text) {
        return text.replace("ADA", "" + ada.id())
                .replace("NAME", ada.name())
                .replace("EMAIL", ada.email())
                .replace("POST", "" + post)
                .replace("ADDRESS", "" + address)
                .replace("CATEGORY", "" + category);
    }
}
