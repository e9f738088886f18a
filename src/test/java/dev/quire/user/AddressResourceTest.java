package dev.quire.user;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class AddressResourceTest {
    @Test
    void userReadsTheirAddressWithoutUserMember() {
        Account ada = Account.register();
        int address = createAddress(ada, "Seen");

        ada.request()
                .get("/addresses/{id}", address)
                .then()
                .statusCode(200)
                .body("keySet()", containsInAnyOrder("id", "street", "city", "country"))
                .body("id", equalTo(address))
                .body("city", equalTo("Seen"));
    }

    @Test
    void includedUserIsThePublicView() {
        Account ada = Account.register();
        int address = createAddress(ada, "Inverse");

        ada.request()
                .get("/addresses/{id}?include=user", address)
                .then()
                .statusCode(200)
                .body("keySet()", containsInAnyOrder("id", "street", "city", "country", "user"))
                .body("user.keySet()", containsInAnyOrder("id", "name"))
                .body("user.id", equalTo((int) ada.id()))
                .body("user.name", equalTo(ada.name()));
        ada.request()
                .get("/addresses?include=user")
                .then()
                .statusCode(200)
                .body("user.id", contains((int) ada.id()))
                .body("[0].user.keySet()", containsInAnyOrder("id", "name"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "users", "user,x", "user.x", "user.posts.author", "USER"})
    void anUnknownRelationIsRefused(String include) {
        Account ada = Account.register();
        int address = createAddress(ada, "Unknown");

        for (String path : List.of("/addresses", "/addresses/" + address)) {
            ada.request()
                    .queryParam("include", include)
                    .get(path)
                    .then()
                    .statusCode(400)
                    .contentType("application/problem+json")
                    .body("errors.parameter", contains("include"));
        }
    }

    @Test
    void usersListOnlyTheirOwnAddress() {
        Account ada = Account.register();
        Account homeless = Account.register();
        int address = createAddress(ada, "Listed");

        ada.request().get("/addresses").then().statusCode(200).body("id", contains(address));
        homeless.request().get("/addresses").then().statusCode(200).body("", hasSize(0));
    }

    @Test
    void anAdminListsAllOfThemByIdInPages() {
        int first = createAddress(Account.register(), "Paged 1");
        int second = createAddress(Account.register(), "Paged 2");
        int third = createAddress(Account.register(), "Paged 3");

        List<Integer> ids = new ArrayList<>();
        for (String page = "/addresses?limit=2"; page != null; ) {
            var answer = Account.admin()
                    .request()
                    .urlEncodingEnabled(false)
                    .get(page)
                    .then()
                    .statusCode(200);
            ids.addAll(answer.body("size()", lessThanOrEqualTo(2)).extract().path("id"));
            page = next(answer.extract().header("Link"));
        }

        assertEquals(ids.stream().sorted().distinct().toList(), ids);
        assertEquals(
                List.of(),
                List.of(first, second, third).stream()
                        .filter(id -> !ids.contains(id))
                        .toList());
    }

    @Test
    void onlyAdminsReadTheAddressesOfOthers() {
        Account ada = Account.register();
        int address = createAddress(ada, "Secret");

        Account.admin()
                .request()
                .get("/addresses/{id}", address)
                .then()
                .statusCode(200)
                .body("city", equalTo("Secret"));
        Account.register()
                .request()
                .get("/addresses/{id}?include=user", address)
                .then()
                .statusCode(403)
                .body("keySet()", containsInAnyOrder("type", "title", "status", "detail", "instance", "traceId"));
        given().get("/addresses/{id}", address).then().statusCode(401).header("WWW-Authenticate", startsWith("Bearer"));
        given().get("/addresses").then().statusCode(401).header("WWW-Authenticate", startsWith("Bearer"));
    }

    @Test
    void missingAddressIsNotFound() {
        Account.admin().request().get("/addresses/{id}", Long.MAX_VALUE).then().statusCode(404);
    }

    @Test
    void anAdminGivesAnAddressToAUserWhoHasNone() {
        Account ada = Account.register();

        String place = create("Given", "{\"id\": %d}".formatted(ada.id()))
                .statusCode(201)
                .body("city", equalTo("Given"))
                .extract()
                .header("Location");

        int address = ada.request()
                .get("/users/{id}/address", ada.id())
                .then()
                .statusCode(200)
                .extract()
                .path("id");
        ada.request().get(place).then().statusCode(200).body("id", equalTo(address));
        assertTrue(place.endsWith("/addresses/" + address), place);
    }

    @Test
    void secondAddressOfAUserIsRefused() {
        Account ada = Account.register();
        int address = createAddress(ada, "First");

        create("Second " + ada.id(), "{\"id\": %d}".formatted(ada.id()))
                .statusCode(409)
                .body("errors.pointer", contains(startsWith("/user")));

        ada.request()
                .get("/users/{id}/address", ada.id())
                .then()
                .body("id", equalTo(address))
                .body("city", equalTo("First"));
        assertEquals(0, inCity("Second " + ada.id()));
    }

    @Test
    void concurrentCreationsGiveAUserOneAddress() {
        Account ada = Account.register();
        String city = "Raced for " + ada.id();

        List<Integer> answers = Race.run(Collections.nCopies(
                10,
                () -> create(city, "{\"id\": %d}".formatted(ada.id())).extract().statusCode()));

        assertEquals(1, answers.stream().filter(status -> status == 201).count(), answers::toString);
        assertEquals(9, answers.stream().filter(status -> status == 409).count(), answers::toString);
        assertEquals(1, inCity(city));
    }

    @Test
    void missingUserIsRefused() {
        create("Nobody's", "{\"id\": %d}".formatted(Long.MAX_VALUE))
                .statusCode(422)
                .body("errors.pointer", contains("/user/id"));

        assertEquals(0, inCity("Nobody's"));
    }

    @Test
    void newUserIsCreatedWithTheAddress() {
        String email = email();

        String place =
                create("Together", newUser(email)).statusCode(201).extract().header("Location");

        int user = Account.admin()
                .request()
                .get(place + "?include=user")
                .then()
                .statusCode(200)
                .body("city", equalTo("Together"))
                .body("user.name", equalTo("Grace"))
                .extract()
                .path("user.id");
        given().auth()
                .oauth2(Account.logIn(email, Account.PASSWORD))
                .get("/authentication")
                .then()
                .statusCode(200)
                .body("id", equalTo(user))
                .body("email", equalTo(email))
                .body("address.city", equalTo("Together"))
                .body("roles", contains("user"))
                .body("createdBy.id", equalTo((int) Account.admin().id()));
    }

    @Test
    void takenEmailCreatesNoAddress() {
        Account ada = Account.register();

        create("Taken " + ada.id(), newUser(ada.email().toUpperCase()))
                .statusCode(409)
                .body("errors.pointer", contains("/user/email"));

        assertEquals(0, inCity("Taken " + ada.id()));
        ada.request().get("/users/{id}", ada.id()).then().body("address", nullValue());
    }

    @Test
    void allViolationsAreReportedTogether() {
        Account.admin()
                .request("""
                        {"street": "1", "country": null, "id": 3,
                         "user": {"email": "nobody", "name": "", "password": "short", "roles": ["admin"]}}""")
                .post("/addresses")
                .then()
                .statusCode(422)
                .body(
                        "errors.pointer",
                        contains(
                                "/city",
                                "/country",
                                "/id",
                                "/user/email",
                                "/user/name",
                                "/user/password",
                                "/user/roles"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "[]", "7", "{\"id\": \"7\"}", "{\"id\": 7, \"name\": \"Ada\"}"})
    void userThatIsNeitherIdNorWholeIsRefused(String user) {
        create("Half", user).statusCode(422).body("errors.pointer", everyItem(startsWith("/user")));
    }

    @Test
    void onlyAdminsMayCreateAddresses() {
        Account ada = Account.register();
        String body = body("Stolen " + ada.id(), "{\"id\": %d}".formatted(ada.id()));

        ada.request(body).post("/addresses").then().statusCode(403);
        given().contentType("application/json")
                .body(body)
                .post("/addresses")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", startsWith("Bearer"));

        assertEquals(0, inCity("Stolen " + ada.id()));
    }

    private static int createAddress(Account user, String city) {
        return user.request("{\"street\": \"1\", \"city\": \"%s\", \"country\": \"Italy\"}".formatted(city))
                .put("/users/{id}/address", user.id())
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static ValidatableResponse create(String city, String user) {
        return Account.admin().request(body(city, user)).post("/addresses").then();
    }

    private static String body(String city, String user) {
        return "{\"street\": \"1\", \"city\": \"%s\", \"country\": \"Italy\", \"user\": %s}".formatted(city, user);
    }

    private static String newUser(String email) {
        return "{\"email\": \"%s\", \"name\": \"Grace\", \"password\": \"%s\"}".formatted(email, Account.PASSWORD);
    }

    private static String email() {
        return "grace-" + System.nanoTime() + "@quire.test";
    }

    private static long inCity(String city) {
        return Database.count("select count(*) from addresses where city = ?", city);
    }

    private static String next(String link) {
        var next = Pattern.compile("<([^>]*)>; rel=\"next\"").matcher(link);
        return next.find() ? next.group(1) : null;
    }
}
