package dev.quire.category;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Categories created and read by name. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class CategoryNamedResourceTest {
    private static final String NAMED = "/categories/named/{name}";

    private static final int MANY = 20;

    private static Account ada;

    @BeforeEach
    void register() {
        if (ada == null) {
            ada = Account.register();
        }
    }

    @Test
    void categoryIsCreatedOnceAndFoundByName() {
        var made = put("Named once");

        made.then()
                .statusCode(201)
                .header("Location", endsWith("/categories/" + made.path("id")))
                .body("keySet()", containsInAnyOrder("id", "name"))
                .body("name", equalTo("Named once"));
        var found = put("NAMED ONCE");
        found.then().statusCode(200);
        assertEquals(made.asString(), found.asString());
        assertEquals(made.asString(), given().get(made.header("Location")).asString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"C++", "C#", "R&D", "100% named", "TCP/IP", "a;b=c", "Kälte ❄", "q?x=1", "1", "[x] y", "\"q\""})
    void aNameMayHaveAnyReadableCharacter(String name) {
        put(name).then().statusCode(201).body("name", equalTo(name));
        put(name).then().statusCode(200).body("name", equalTo(name));
        given().get(NAMED, name).then().statusCode(200).body("name", equalTo(name));
    }

    @Test
    void categoryIsReadByTheNameItWasWrittenWith() {
        given().get(NAMED, "Named reading").then().statusCode(404).contentType("application/problem+json");
        int id = put("Named Reading").path("id");

        given().get(NAMED, " NAMED reading ")
                .then()
                .statusCode(200)
                .body("id", equalTo(id))
                .body("name", equalTo("Named Reading"));
        given().queryParam("include", "posts")
                .queryParam("fields", "postCount,posts.id")
                .get(NAMED, "named reading")
                .then()
                .statusCode(200)
                .body("keySet()", containsInAnyOrder("postCount", "posts"));
        given().head(NAMED, "named reading").then().statusCode(200);
    }

    @Test
    void spacesAroundANameAreIgnored() {
        int id = put("  Named apart ")
                .then()
                .statusCode(201)
                .body("name", equalTo("Named apart"))
                .extract()
                .path("id");

        put("Named apart").then().statusCode(200).body("id", equalTo(id));
    }

    @Test
    void spacesAroundANameAreNotCounted() {
        String longest = "Named " + "x".repeat(44);
        String spaced = " ".repeat(30) + longest + "\u2003".repeat(30);
        int id = put(spaced)
                .then()
                .statusCode(201)
                .body("name", equalTo(longest))
                .extract()
                .path("id");

        given().get(NAMED, spaced).then().statusCode(200).body("id", equalTo(id));
        put(spaced + "x").then().statusCode(400).body("errors.parameter", contains("name"));
    }

    /** NamesTest has more such pairs. */
    @ParameterizedTest
    @CsvSource({
        "J\u030cus, \u01f0us",
        "ma\u00df, MASS",
        "\u00b5C, \u03bcC",
        "\u03bf\u03b4\u03bf\u03c3, \u039f\u0394\u039f\u03a3",
        "\ufb01sh, fish",
        "Kot\u200blin, kotlin"
    })
    void namesAreComparedIgnoringCaseAndUnicodeForm(String one, String other) {
        int id = put(one).then().body("name", equalTo(one)).extract().path("id");

        put(other).then().statusCode(200).body("id", equalTo(id));
        put("\u00a0" + other + "\u3000").then().statusCode(200).body("id", equalTo(id));
        given().get(NAMED, other + "\u2800").then().statusCode(200).body("id", equalTo(id));
        ada.request("{\"name\": \"" + other + "\"}").post("/categories").then().statusCode(409);
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "\u2003", "\u200b", "a\u0007b", "123456789012345678901234567890123456789012345678901"})
    void invalidNameIsMalformed(String name) {
        for (Response refused : List.of(put(name), given().get(NAMED, name))) {
            refused.then()
                    .statusCode(400)
                    .contentType("application/problem+json")
                    .body("errors.parameter", contains("name"));
        }
    }

    @Test
    void concurrentPutsOfANameCreateOneCategory() {
        List<Response> answers = Race.run(MANY, i -> put(i % 2 == 0 ? "Raced Ärger" : "RACED ÄRGER"));

        List<Integer> statuses = answers.stream().map(Response::statusCode).toList();
        assertEquals(1, Collections.frequency(statuses, 201), statuses::toString);
        assertEquals(MANY - 1, Collections.frequency(statuses, 200), statuses::toString);
        assertEquals(1, answers.stream().map(Response::asString).distinct().count());
        assertEquals(1, Database.count("select count(*) from categories where fold(name) = fold('Raced Ärger')"));
    }

    @Test
    void concurrentPostsOfANameHaveOneWinnerAndConflicts() {
        List<Integer> statuses = Race.run(
                MANY,
                i -> ada.request("{\"name\": \"%s\"}".formatted(i % 2 == 0 ? "Posted at once" : "POSTED AT ONCE"))
                        .post("/categories")
                        .statusCode());

        assertEquals(1, Collections.frequency(statuses, 201), statuses::toString);
        assertEquals(MANY - 1, Collections.frequency(statuses, 409), statuses::toString);
    }

    @Test
    void concurrentPostsShareANewCategory() {
        List<Response> answers = Race.run(
                MANY,
                i -> ada.request("""
                        {"title": "Raced", "content": "c", "categories": [{"name": "%s"}]}
                        """.formatted(i % 2 == 0 ? "Shared name" : "SHARED NAME"))
                        .post("/posts"));

        answers.forEach(answer -> answer.then().statusCode(201).body("categories.size()", equalTo(1)));
        assertEquals(
                1,
                answers.stream()
                        .map(answer -> answer.path("categories[0].id"))
                        .distinct()
                        .count());
        assertEquals(1, Database.count("select count(*) from categories where name ilike 'shared name'"));
        assertEquals(
                MANY,
                Database.count("select count(*) from post_categories join categories on category_id = id"
                        + " where name ilike 'shared name'"));
    }

    @Test
    void newCategoriesInDifferentOrdersDoNotDeadlock() {
        List<Response> answers = Race.run(MANY, i -> {
            List<String> names = new ArrayList<>(List.of("Order A", "Order B", "Order C", "Order D", "Order E"));
            Collections.rotate(names, i);
            String references = names.stream()
                    .map(name -> i % 2 == 0 ? name : name.toUpperCase(Locale.ROOT))
                    .map("{\"name\": \"%s\"}"::formatted)
                    .collect(Collectors.joining(", "));
            return ada.request("{\"title\": \"Raced\", \"content\": \"c\", \"categories\": [%s]}".formatted(references))
                    .post("/posts");
        });

        answers.forEach(answer -> answer.then().statusCode(201).body("categories.size()", equalTo(5)));
        assertEquals(5, Database.count("select count(*) from categories where name ilike 'order _'"));
    }

    private static Response put(String name) {
        return ada.request().put(NAMED, name);
    }
}
