package dev.quire.post;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.References;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The member {@code categories} in writes of a post. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class PostCategoriesResourceTest {
    private static Account ada;
    private static List<Integer> some;

    @BeforeEach
    void register() {
        if (ada == null) {
            ada = Account.register();
            some = ada.categories("Member", 4);
        }
    }

    @Test
    void categoriesAreGivenByIdOrNameAndSortedByName() {
        String mixed =
                "[{\"name\": \"member ÄÖ\"}, {\"id\": %d}, {\"name\": \" Member 01 \"}, {\"name\": \"Member a\"}]"
                        .formatted(some.get(1));

        var created = create(mixed);

        created.then()
                .statusCode(201)
                .body("categories.name", contains("Member 01", "Member 02", "Member a", "member ÄÖ"))
                .body("categories[0].keySet()", containsInAnyOrder("id", "name"))
                .body("categories[0].id", equalTo(some.get(0)));
        assertEquals(created.asString(), given().get(created.header("Location")).asString());
    }

    @Test
    void duplicateCategoriesAreLinkedOnce() {
        int java = ada.category("Twice Java");

        create(References.ids(java, java)).then().statusCode(201).body("categories.id", contains(java));
        create("[{\"id\": %d}, {\"name\": \"TWICE JAVA\"}]".formatted(java))
                .then()
                .statusCode(201)
                .body("categories.id", contains(java))
                .body("categories.name", contains("Twice Java"));
        create(References.names("Twice Ärger", "TWICE ÄRGER", " twice ärger", "twice A\u0308rger"))
                .then()
                .statusCode(201)
                .body("categories", hasSize(1));
        assertEquals(1, Database.count("select count(*) from categories where name ilike 'twice _%rger'"));
    }

    @Test
    void postHasUpToTwentyCategories() {
        List<Integer> twenty = ada.categories("Room", 20);
        int one = ada.category("Room 21");

        int post =
                create(References.ids(twenty)).then().statusCode(201).extract().path("id");

        patch(post, "{\"connect\": [{\"id\": %d}]}".formatted(one))
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/categories"));
        given().get("/posts/{post}/categories", post).then().body("id", equalTo(twenty));
        patch(post, "{\"connect\": [{\"id\": %d}], \"disconnect\": [{\"id\": %d}]}".formatted(one, twenty.get(0)))
                .then()
                .statusCode(200)
                .body("categories", hasSize(20))
                .body("categories[19].id", equalTo(one));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null                                        | ''",
                "\"x\"                                       | ''",
                "7                                           | ''",
                "[1, 2]                                      | /0 /1",
                "[null]                                      | /0",
                "[[]]                                        | /0",
                "[{}]                                        | /0/name",
                "[{\"id\": null}]                            | /0/name",
                "[{\"id\": ID, \"name\": \"Refused beside\"}]| /0/name",
                "[{\"id\": \"ID\"}]                          | /0/id",
                "[{\"id\": 1.5}]                             | /0/id",
                "[{\"id\": 9223372036854775808}]             | /0/id",
                "[{\"id\": ID}, {\"id\": 9223372036854775807}, {\"id\": 0}] | /1/id /2/id",
                "[{\"name\": \"Refused along\"}, {\"id\": 9223372036854775807}] | /1/id",
                "[{\"name\": \" \"}]                         | /0/name",
                "[{\"name\": 5}]                             | /0/name",
                "[{\"name\": \"a\\u0000b\"}]                 | /0/name",
                "[{\"id\": ID, \"rank\": 1}]                 | /0/rank",
                "[{\"name\": \"Refused 1234567890123456789012345678901234567890123\"}, 1] | /0/name /1",
                "TWENTYONE                                   | ''",
            })
    void invalidCategoryReferencesAreRefusedWithoutChange(String elements, String pointers) {
        int post = ada.post("Kept", some);
        String before = read(post);
        long posts = posts();
        String sent = elements.replace("ID", some.get(0).toString())
                .replace("TWENTYONE", References.ids(ada.categories("Refusing", 21)));

        refused(create(sent), "/categories", pointers);
        refused(
                ada.request("{\"title\": \"New\", \"content\": \"New\", \"categories\": %s}".formatted(sent))
                        .put("/posts/{post}", post),
                "/categories",
                pointers);
        refused(patch(post, sent), "/categories", pointers);
        refused(patch(post, "{\"connect\": %s}".formatted(sent)), "/categories/connect", pointers);
        refused(patch(post, "{\"disconnect\": %s}".formatted(sent)), "/categories/disconnect", pointers);
        refused(patch(post, "{\"set\": %s}".formatted(sent)), "/categories/set", pointers);
        refused(ada.request(sent).put("/posts/{post}/categories", post), "", pointers);

        assertEquals(before, read(post));
        assertEquals(posts, posts());
        assertEquals(0, Database.count("select count(*) from categories where name like 'Refused%'"));
    }

    @Test
    void unknownIdToDisconnectRollsBackConnections() {
        int post = ada.post("Kept", some);
        String before = read(post);

        patch(post, "{\"connect\": [{\"name\": \"Undone\"}], \"disconnect\": [{\"id\": 9223372036854775807}]}")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/categories/disconnect/0/id"));

        assertEquals(before, read(post));
        assertEquals(0, Database.count("select count(*) from categories where name = 'Undone'"));
    }

    @Test
    void objectFormIsForPatchesAndSetExcludesOtherMembers() {
        int post = ada.post("Kept", some);
        String links = "{\"connect\": [], \"disconnect\": []}";

        create(links).then().statusCode(422).body("errors.pointer", contains("/categories"));
        ada.request("{\"title\": \"t\", \"content\": \"c\", \"categories\": %s}".formatted(links))
                .put("/posts/{post}", post)
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/categories"));
        patch(post, "{\"connect\": [], \"set\": []}")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/categories/set"))
                .body("errors.code", contains("not-allowed"));
        ada.request("{\"title\": \"\", \"categories\": {\"connect\": [], \"set\": []}}")
                .patch("/posts/{post}", post)
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/categories/set", "/title"));
        ada.request("{\"title\": \"\", \"categories\": {\"connect\": [null]}}")
                .patch("/posts/{post}", post)
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/categories/connect/0", "/title"));
        given().get("/posts/{post}/categories", post).then().body("id", equalTo(some));
    }

    @Test
    void setReplacesAllLinks() {
        int post = ada.post("Linked", some.subList(0, 3));
        Map<Integer, List<Object>> before = Database.links(post);

        patch(post, "{\"set\": %s}".formatted(References.ids(some.subList(2, 4))))
                .then()
                .statusCode(200)
                .body("categories.id", equalTo(some.subList(2, 4)));
        assertEquals(before.get(some.get(2)), Database.links(post).get(some.get(2)));

        patch(post, "{\"set\": []}").then().statusCode(200).body("categories", hasSize(0));
    }

    @Test
    void connectAndDisconnectKeepTheOtherLinks() {
        int post = ada.post("Linked", some.subList(0, 3));
        Map<Integer, List<Object>> before = Database.links(post);

        var patched = patch(
                post,
                "{\"connect\": [{\"name\": \"MEMBER 04\"}, {\"id\": %d}], \"disconnect\": [{\"id\": %d}]}"
                        .formatted(some.get(1), some.get(0)));

        patched.then().statusCode(200).body("categories.id", equalTo(some.subList(1, 4)));
        Map<Integer, List<Object>> after = Database.links(post);
        assertEquals(before.get(some.get(1)), after.get(some.get(1)));
        assertEquals(before.get(some.get(2)), after.get(some.get(2)));
        assertEquals(patched.asString(), read(post));
    }

    @Test
    void disconnectWinsOverConnect() {
        int post = ada.post("Linked", some);
        String both = References.ids(some.get(0));

        patch(post, "{\"connect\": %s, \"disconnect\": %s}".formatted(both, both))
                .then()
                .statusCode(200)
                .body("categories.id", equalTo(some.subList(1, 4)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "PATCH", "LINKS"})
    void replacingWritesOnlyTheLinksThatDiffer(String way) {
        int post = ada.post("Replaced", some.subList(0, 3));
        Map<Integer, List<Object>> before = Database.links(post);

        replace(way, post, References.ids(some.get(3), some.get(2), some.get(1)))
                .then()
                .statusCode(200);

        Map<Integer, List<Object>> after = Database.links(post);
        assertEquals(3, after.size());
        assertEquals(before.get(some.get(1)), after.get(some.get(1)));
        assertEquals(before.get(some.get(2)), after.get(some.get(2)));
        // A row that was just written has another transaction than the first, even at the same place.
        assertNotEquals(before.get(some.get(1)).get(1), after.get(some.get(3)).get(1));
        given().get("/posts/{post}/categories", post).then().body("id", equalTo(some.subList(1, 4)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "PATCH", "LINKS"})
    void replacingByTheSameSetWritesNothing(String way) {
        int post = ada.post("t", some);
        ada.request("{\"content\": \"c\"}").patch("/posts/{post}", post);
        String before = read(post);
        Map<Integer, List<Object>> links = Database.links(post);

        replace(way, post, References.names("Member 04", "member 03", "MEMBER 02", "Member 01"))
                .then()
                .statusCode(200);

        assertEquals(before, read(post));
        assertEquals(links, Database.links(post));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "PATCH", "LINKS"})
    void onlyAnEmptyArrayRemovesAllLinks(String way) {
        int post = ada.post("t", some);

        ada.request("{\"title\": \"t\", \"content\": \"New\"}")
                .put("/posts/{post}", post)
                .then()
                .statusCode(200);
        ada.request("{\"title\": \"New\"}").patch("/posts/{post}", post).then().statusCode(200);
        patch(post, "{}").then().statusCode(200);
        patch(post, "{\"connect\": [], \"disconnect\": []}")
                .then()
                .statusCode(200)
                .body("categories.id", equalTo(some));

        var emptied = replace(way, post, "[]");

        emptied.then().statusCode(200).body(way.equals("LINKS") ? "" : "categories", empty());
        assertEquals(Map.of(), Database.links(post));
    }

    @Test
    void changedLinkUpdatesThePost() {
        int post = ada.post("Touched", some.subList(0, 1));
        String before = given().get("/posts/{post}", post).path("updatedAt");

        patch(post, "{\"disconnect\": [{\"id\": %d}]}".formatted(some.get(0)))
                .then()
                .statusCode(200);
        String without = given().get("/posts/{post}", post).path("updatedAt");
        ada.request()
                .put("/posts/{post}/categories/{category}", post, some.get(0))
                .then()
                .statusCode(204);
        String with = given().get("/posts/{post}", post).path("updatedAt");

        assertNotEquals(before, without);
        assertNotEquals(without, with);
    }

    private static void refused(Response answer, String member, String pointers) {
        String[] expected =
                List.of(pointers.split(" ")).stream().map(member::concat).toArray(String[]::new);
        answer.then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("errors.pointer", containsInAnyOrder(expected));
    }

    private static Response create(String categories) {
        return ada.request("{\"title\": \"t\", \"content\": \"c\", \"categories\": %s}".formatted(categories))
                .post("/posts");
    }

    private static Response patch(int post, String categories) {
        return ada.request("{\"categories\": %s}".formatted(categories)).patch("/posts/{post}", post);
    }

    private static Response replace(String way, int post, String categories) {
        return switch (way) {
            case "PUT" ->
                ada.request("{\"title\": \"t\", \"content\": \"c\", \"categories\": %s}".formatted(categories))
                        .put("/posts/{post}", post);
            case "PATCH" -> patch(post, categories);
            default -> ada.request(categories).put("/posts/{post}/categories", post);
        };
    }

    private static String read(int post) {
        return given().get("/posts/{post}", post).asString();
    }

    private static long posts() {
        return Database.count("select count(*) from posts where author_id = ?", ada.id());
    }
}
