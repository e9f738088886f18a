package dev.quire.category;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class CategoryResourceTest {
    private static Account ada;

    @BeforeEach
    void register() {
        if (ada == null) {
            ada = Account.register();
        }
    }

    @Test
    void userCreatesACategory() {
        var created = create("Made by a user");

        created.then()
                .statusCode(201)
                .header("Location", endsWith("/categories/" + created.path("id")))
                .body("keySet()", containsInAnyOrder("id", "name"))
                .body("name", equalTo("Made by a user"));
        assertEquals(created.asString(), given().get(created.header("Location")).asString());
    }

    @ParameterizedTest
    @CsvSource({
        "Taken plain, Taken plain",
        "Taken case, TAKEN CASE",
        "Taken ÄRGER, taken ärger",
        "Taken ΣΊΣΥΦΟΣ, taken σίσυφος",
        "Taken Москва, taken МОСКВА",
        "Taken \u00e9, taken E\u0301",
        "Taken trimmed, '  Taken trimmed\t'",
    })
    void takenNameIsAConflictIgnoringCase(String name, String same) {
        int category = create(name).then().statusCode(201).extract().path("id");

        create(same)
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("errors.pointer", contains("/name"));
        ada.request()
                .put("/categories/named/{name}", same.strip())
                .then()
                .statusCode(200)
                .body("id", equalTo(category))
                .body("name", equalTo(name));
    }

    @Test
    void nameIsTrimmedAndKeepsItsCase() {
        create("\u2003 Trimmed Name \\n").then().statusCode(201).body("name", equalTo("Trimmed Name"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                  | /name",
                "{\"name\": null}                    | /name",
                "{\"name\": \"\"}                    | /name",
                "{\"name\": \" \\u00a0\\u2003\\t\"}  | /name",
                "{\"name\": 5}                       | /name",
                "{\"name\": [\"Refused\"]}           | /name",
                "{\"name\": \"Refused\\u0000\"}      | /name",
                "{\"name\": \"Re\\nfused\"}          | /name",
                "{\"name\": \"\\ud83d\"}             | /name",
                "{\"name\": \"Refused 1234567890123456789012345678901234567890123\"} | /name",
                "{\"name\": \"Refused\", \"id\": 7}  | /id",
                "{\"name\": \"Refused\", \"posts\": [{\"id\": 7}]} | /posts",
                "[]                                  | ''",
                "null                                | ''",
            })
    void invalidNameIsRefused(String body, String pointer) {
        int category = ada.category("Not refused");

        ada.request(body).post("/categories").then().statusCode(422).body("errors.pointer", contains(pointer));
        for (String method : List.of("PUT", "PATCH")) {
            // An empty patch is valid.
            if (!(method.equals("PATCH") && body.equals("{}"))) {
                Account.admin()
                        .request(body)
                        .request(method, "/categories/{id}", category)
                        .then()
                        .statusCode(422)
                        .body("errors.pointer", contains(pointer));
            }
        }

        given().get("/categories/{id}", category).then().body("name", equalTo("Not refused"));
        assertEquals(0, Database.count("select count(*) from categories where name ~ '^Re\n?fused'"));
    }

    @Test
    void nameHasUpToFiftyCharactersOfAnyScript() {
        String longest = "\uD83D\uDE80".repeat(50);

        create(longest).then().statusCode(201).body("name", equalTo(longest));
        create(longest + "\uD83D\uDE80").then().statusCode(422).body("errors.pointer", contains("/name"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "PATCH"})
    void adminRenamesACategory(String method) {
        int category = ada.category("Renaming by " + method);
        int post = ada.post("Renamed", List.of(category));

        var renamed = rename(method, category, " Renamed by " + method);

        renamed.then().statusCode(200).body("id", equalTo(category)).body("name", equalTo("Renamed by " + method));
        assertEquals(
                renamed.asString(), given().get("/categories/{id}", category).asString());
        given().get("/posts/{post}", post).then().body("categories.name", contains("Renamed by " + method));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "PATCH"})
    void renamingToATakenNameIsAConflict(String method) {
        int category = ada.category("Renaming Über " + method);
        ada.category("Renaming Other " + method);

        rename(method, category, "RENAMING OTHER " + method)
                .then()
                .statusCode(409)
                .body("errors.pointer", contains("/name"));
        given().get("/categories/{id}", category).then().body("name", equalTo("Renaming Über " + method));
        rename(method, category, "renaming ÜBER " + method)
                .then()
                .statusCode(200)
                .body("name", equalTo("renaming ÜBER " + method));
    }

    @Test
    void anEmptyPatchChangesNothing() {
        int category = ada.category("Patched with nothing");
        Object row = Database.rows("select xmin::text, version from categories where id = ?", category);

        Account.admin()
                .request("{}")
                .patch("/categories/{id}", category)
                .then()
                .statusCode(200)
                .body("name", equalTo("Patched with nothing"));

        assertEquals(row, Database.rows("select xmin::text, version from categories where id = ?", category));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST   | /categories            | {\"name\": \"Guarded new\"}",
                "PUT    | /categories/named/Guarded%20new | ",
                "PUT    | /categories/{id}       | {\"name\": \"Guarded new\"}",
                "PATCH  | /categories/{id}       | {\"name\": \"Guarded new\"}",
                "DELETE | /categories/{id}       | ",
            })
    void writesWithoutTokenAreUnauthorized(String method, String path, String body) {
        int category = ada.category("Guarded");
        var request = given().urlEncodingEnabled(false);
        if (body != null) {
            request.contentType(ContentType.JSON).body(body);
        }

        request.request(method, path.replace("{id}", String.valueOf(category)))
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", startsWith("Bearer"));

        given().get("/categories/{id}", category).then().statusCode(200).body("name", equalTo("Guarded"));
        assertEquals(0, Database.count("select count(*) from categories where name = 'Guarded new'"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT    | {\"name\": \"Guarded new\"}",
                "PATCH  | {\"name\": \"Guarded new\"}",
                "DELETE | {}",
            })
    void changesByNonAdminsAreForbidden(String method, String body) {
        int category = ada.category("Guarded");

        ada.request(body)
                .request(method, "/categories/{id}", category)
                .then()
                .statusCode(403)
                .contentType("application/problem+json");

        given().get("/categories/{id}", category).then().statusCode(200).body("name", equalTo("Guarded"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "PATCH", "DELETE"})
    void missingCategoryIsNotFound(String method) {
        Account.admin()
                .request("{\"name\": \"Nowhere\"}")
                .request(method, "/categories/{id}", Long.MAX_VALUE)
                .then()
                .statusCode(404)
                .contentType("application/problem+json");
        for (String id : List.of("x", "0", "-1", "9223372036854775808")) {
            Account.admin()
                    .request("{\"name\": \"Nowhere\"}")
                    .request(method, "/categories/{id}", id)
                    .then()
                    .statusCode(400)
                    .body("errors.parameter", contains("id"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /categories/{id}",
        "PUT, /categories/{id}",
        "PATCH, /categories/{id}",
        "DELETE, /categories/{id}",
        "POST, /categories",
        "PUT, /categories/named/Known%20name",
    })
    void unknownParameterIsRefused(String method, String path) {
        int category = ada.category("Known");

        Account.admin()
                .request("{\"name\": \"Known too\"}")
                .urlEncodingEnabled(false)
                .request(method, path.replace("{id}", String.valueOf(category)) + "?Limit=5")
                .then()
                .statusCode(400)
                .body("errors.parameter", contains("Limit"));

        given().get("/categories/{id}", category).then().statusCode(200).body("name", equalTo("Known"));
        assertEquals(0, Database.count("select count(*) from categories where name ~ '^Known .'"));
    }

    private static Response create(String name) {
        return ada.request("{\"name\": \"%s\"}".formatted(name.replace("\t", "\\t")))
                .post("/categories");
    }

    private static Response rename(String method, int category, String name) {
        return Account.admin()
                .request("{\"name\": \"%s\"}".formatted(name))
                .request(method, "/categories/{id}", category);
    }
}
