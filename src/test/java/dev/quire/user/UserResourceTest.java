package dev.quire.user;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class UserResourceTest {
    private static final String[] USER = {
        "id",
        "email",
        "emailConfirmed",
        "pendingEmail",
        "name",
        "address",
        "roles",
        "createdBy",
        "createdAt",
        "updatedAt"
    };

    @Test
    void userReadsAllTheirMembers() {
        Account ada = Account.register();

        ada.request()
                .get("/users/{id}", ada.id())
                .then()
                .statusCode(200)
                .body("keySet()", containsInAnyOrder(USER))
                .body("id", equalTo((int) ada.id()))
                .body("email", equalTo(ada.email()))
                .body("name", equalTo(ada.name()))
                .body("address", nullValue())
                .body("roles", contains("user"))
                .body("createdBy", nullValue())
                .body("createdAt", matchesPattern("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?Z"));
    }

    @Test
    void adminReadsAllMembersOfAUser() {
        Account ada = Account.register();

        String own = ada.request().get("/users/{id}", ada.id()).asString();

        Account.admin()
                .request()
                .get("/users/{id}", ada.id())
                .then()
                .statusCode(200)
                .body(equalTo(own));
    }

    @Test
    void othersReadIdAndName() {
        Account ada = Account.register();

        Response anyone = given().get("/users/{id}", ada.id());
        Response stranger = Account.register().request().get("/users/{id}", ada.id());

        for (Response answer : List.of(anyone, stranger)) {
            answer.then()
                    .statusCode(200)
                    .body("keySet()", containsInAnyOrder("id", "name"))
                    .body("id", equalTo((int) ada.id()))
                    .body("name", equalTo(ada.name()));
        }
    }

    @Test
    void embeddedUsersHaveOnlyIdAndName() {
        Account ada = Account.register();
        int post = ada.post("Embedding");

        given().get("/posts/{id}", post)
                .then()
                .statusCode(200)
                .body("author.keySet()", containsInAnyOrder("id", "name"))
                .body(not(containsString(ada.email())));
        for (String path : List.of("/users/" + ada.id() + "/posts", "/posts")) {
            given().get(path)
                    .then()
                    .statusCode(200)
                    .body("[0].author.keySet()", containsInAnyOrder("id", "name"))
                    .body(not(containsString(ada.email())));
        }
    }

    @Test
    void missingUserIsNotFound() {
        for (RequestSpecification reader :
                List.of(given(), Account.register().request(), Account.admin().request())) {
            reader.get("/users/{id}", Long.MAX_VALUE)
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json")
                    .body("detail", equalTo("There is no user " + Long.MAX_VALUE + "."))
                    .body("instance", equalTo("/users/" + Long.MAX_VALUE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "x", "1.0", "9223372036854775808", "01"})
    void aMalformedIdIsRefused(String id) {
        given().get("/users/{id}", id).then().statusCode(400).body("errors.parameter", contains("id"));
    }

    @Test
    void adminListsUsersWithAllMembers() {
        Account ada = Account.register();

        Account.admin()
                .request()
                .get("/users?limit=100")
                .then()
                .statusCode(200)
                .body("[0].keySet()", containsInAnyOrder(USER))
                .body("id", hasItem((int) Account.admin().id()))
                .body("roles.flatten().unique()", hasItems("user", "admin"))
                .header("Link", containsString("rel=\"first\""));
        ada.request().get("/users").then().statusCode(403).contentType("application/problem+json");
        given().get("/users")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", equalTo("Bearer"));
    }

    @Test
    void theListOfUsersIsPagedById() {
        Account first = Account.register();
        Account second = Account.register();
        String before = Account.admin().request().get("/users?limit=1").header("Link");

        List<Integer> ids = Account.admin()
                .request()
                .get("/users?limit=100")
                .then()
                .extract()
                .path("id");

        assertEquals(ids.stream().sorted().distinct().toList(), ids);
        assertTrue(before.contains("rel=\"next\""), before);
        assertTrue(ids.size() == 100 || ids.containsAll(List.of((int) first.id(), (int) second.id())), ids::toString);
    }

    @Test
    void createdUserNamesTheAdminAsCreator() {
        String email = email();

        ValidatableResponse answer = create(email, """
                , "address": {"street": "1", "city": "Paris", "country": "France"}""")
                .statusCode(201)
                .body("keySet()", containsInAnyOrder(USER))
                .body("email", equalTo(email))
                .body("address.city", equalTo("Paris"))
                .body("roles", contains("user"))
                .body("createdBy.keySet()", containsInAnyOrder("id", "name"))
                .body("createdBy.id", equalTo((int) Account.admin().id()));

        int id = answer.extract().path("id");
        answer.header("Location", endsWith("/users/" + id));
        String token = Account.logIn(email, Account.PASSWORD);
        given().auth()
                .oauth2(token)
                .get(answer.extract().header("Location"))
                .then()
                .statusCode(200)
                .body(equalTo(answer.extract().asString()));
    }

    @Test
    void takenEmailIsAConflictForAdmins() {
        Account ada = Account.register();

        create(ada.email(), """
                , "address": {"street": "1", "city": "C%d", "country": "France"}""".formatted(ada.id()))
                .statusCode(409)
                .body("errors.pointer", contains("/email"))
                .body(not(containsString(Account.PASSWORD)));

        assertEquals(0, Database.count("select count(*) from addresses where city = ?", "C" + ada.id()));
    }

    @Test
    void guessablePasswordIsRefusedFromAdmins() {
        String email = email();
        String user = "{\"email\": \"%s\", \"name\": \"Grace\", \"password\": \"%s\"}".formatted(email, email);

        Account.admin()
                .request(user)
                .post("/users")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/password"));
        Account.admin()
                .request("{\"street\": \"S\", \"city\": \"C\", \"country\": \"C\", \"user\": " + user + "}")
                .post("/addresses")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/user/password"));

        assertEquals(0, Database.count("select count(*) from users where email = ?", email));
    }

    @Test
    void onlyAdminsMayCreateUsers() {
        String email = email();
        String body = newUser(email, "");

        Account.register().request(body).post("/users").then().statusCode(403);
        given().contentType("application/json")
                .body(body)
                .post("/users")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", startsWith("Bearer"));

        assertEquals(0, Database.count("select count(*) from users where email = ?", email));
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "roles", "createdBy", "posts", "admin", "createdAt", "passwordHash"})
    void readOnlyMembersAreRefused(String member) {
        for (String value : List.of("1", "\"admin\"", "[\"admin\"]", "{\"id\": 1}", "null")) {
            String email = email();

            create(email, ", \"%s\": %s".formatted(member, value))
                    .statusCode(422)
                    .body("errors.pointer", contains("/" + member));

            assertEquals(0, Database.count("select count(*) from users where email = ?", email));
        }
    }

    private static ValidatableResponse create(String email, String more) {
        return Account.admin().request(newUser(email, more)).post("/users").then();
    }

    private static String newUser(String email, String more) {
        return "{\"email\": \"%s\", \"name\": \"Grace\", \"password\": \"%s\"%s}"
                .formatted(email, Account.PASSWORD, more);
    }

    private static String email() {
        return "made-" + System.nanoTime() + "@quire.test";
    }
}
