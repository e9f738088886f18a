package dev.quire.user;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class UserChangeResourceTest {
    private static final String LONDON = """
            {"street": "1", "city": "London", "country": "United Kingdom"}""";

    @Test
    void putReplacesTheWritableMembers() {
        Account ada = Account.register();

        put(ada, "\"email\": \"new-%s\", \"name\": \"Ada King\"".formatted(ada.email()))
                .statusCode(200)
                .body("id", equalTo((int) ada.id()))
                .body("email", equalTo("new-" + ada.email()))
                .body("name", equalTo("Ada King"));

        ada.request().get("/users/{id}", ada.id()).then().body("name", equalTo("Ada King"));
        Account.logIn("new-" + ada.email(), Account.PASSWORD);
    }

    @Test
    void patchChangesOneMemberAndKeepsTheOthers() {
        Account ada = registerWithAddress();
        String before = read(ada);

        patch(ada, "{\"name\": \"Ada King\"}").statusCode(200);

        ada.request()
                .get("/users/{id}", ada.id())
                .then()
                .body("name", equalTo("Ada King"))
                .body("email", equalTo(ada.email()))
                .body("address.city", equalTo("London"));
        assertNotEquals(before, read(ada));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/merge-patch+json"})
    void anEmptyPatchChangesNothing(String type) {
        Account ada = registerWithAddress();
        String before = read(ada);

        ada.request()
                .contentType(type)
                .body("{}")
                .patch("/users/{id}", ada.id())
                .then()
                .statusCode(200)
                .body(equalTo(before));

        assertEquals(before, read(ada));
    }

    @Test
    void putOfTheCurrentStateChangesNothing() {
        Account ada = registerWithAddress();
        String before = read(ada);

        put(ada, self(ada) + ", \"address\": " + LONDON).statusCode(200).body(equalTo(before));

        assertEquals(before, read(ada));
    }

    @Test
    void missingAddressIsCreated() {
        Account byPut = Account.register();
        Account byPatch = Account.register();

        put(byPut, self(byPut) + ", \"address\": " + LONDON).statusCode(200).body("address.city", equalTo("London"));
        patch(byPatch, "{\"address\": %s}".formatted(LONDON)).statusCode(200).body("address.city", equalTo("London"));

        for (Account user : List.of(byPut, byPatch)) {
            user.request()
                    .get("/users/{id}/address", user.id())
                    .then()
                    .statusCode(200)
                    .body("street", equalTo("1"));
        }
    }

    @Test
    void aChangedAddressKeepsItsId() {
        Account ada = registerWithAddress();
        int address = address(ada);

        put(ada, self(ada) + ", \"address\": {\"street\": \"2\", \"city\": \"Rome\", \"country\": \"Italy\"}")
                .statusCode(200)
                .body("address.id", equalTo(address))
                .body("address.city", equalTo("Rome"));

        assertEquals(List.of(List.of("2", "Rome", "Italy")), storedAddress(address));
    }

    @Test
    void patchedMemberOfAnAddressKeepsTheOthers() {
        Account ada = registerWithAddress();
        int address = address(ada);

        patch(ada, "{\"address\": {\"city\": \"Leeds\"}}")
                .statusCode(200)
                .body("address.id", equalTo(address))
                .body("address.city", equalTo("Leeds"));

        assertEquals(List.of(List.of("1", "Leeds", "United Kingdom")), storedAddress(address));
    }

    @Test
    void changedAddressChangesUpdatedAt() {
        Account ada = registerWithAddress();
        String before =
                ada.request().get("/users/{id}", ada.id()).then().extract().path("updatedAt");

        String after =
                patch(ada, "{\"address\": {\"city\": \"Leeds\"}}").extract().path("updatedAt");

        assertNotEquals(before, after);
    }

    @Test
    void nullDeletesTheAddress() {
        Account byPut = registerWithAddress();
        Account byPatch = registerWithAddress();
        List<Integer> addresses = List.of(address(byPut), address(byPatch));

        put(byPut, self(byPut) + ", \"address\": null").statusCode(200).body("address", nullValue());
        patch(byPatch, "{\"address\": null}").statusCode(200).body("address", nullValue());

        addresses.forEach(address -> assertEquals(List.of(), storedAddress(address)));
    }

    @Test
    void anAbsentAddressIsKept() {
        Account ada = registerWithAddress();
        int address = address(ada);

        put(ada, self(ada)).statusCode(200).body("address.id", equalTo(address));

        assertEquals(List.of(List.of("1", "London", "United Kingdom")), storedAddress(address));
    }

    @Test
    void anIncompleteAddressIsRefusedWithEachPointer() {
        Account ada = Account.register();
        Account registerWithAddress = registerWithAddress();
        String before = read(registerWithAddress);
        String incomplete = "\"address\": {\"city\": \"Rome\"}";

        patch(ada, "{%s}".formatted(incomplete))
                .statusCode(422)
                .body("errors.pointer", contains("/address/country", "/address/street"));
        put(registerWithAddress, self(registerWithAddress) + ", " + incomplete)
                .statusCode(422)
                .body("errors.pointer", contains("/address/country", "/address/street"));

        ada.request().get("/users/{id}", ada.id()).then().body("address", nullValue());
        assertEquals(before, read(registerWithAddress));
    }

    @Test
    void addressOfAnotherUserCannotBeTaken() {
        Account ada = registerWithAddress();
        Account thief = Account.register();
        String stolen = LONDON.replace("{", "{\"id\": %d, ".formatted(address(ada)));

        patch(thief, "{\"address\": {\"id\": %d}}".formatted(address(ada)))
                .statusCode(422)
                .body(
                        "errors.pointer",
                        contains("/address/city", "/address/country", "/address/id", "/address/street"));
        put(thief, self(thief) + ", \"address\": " + stolen)
                .statusCode(422)
                .body("errors.pointer", contains("/address/id"));

        ada.request().get("/users/{id}/address", ada.id()).then().statusCode(200);
        thief.request().get("/users/{id}/address", thief.id()).then().statusCode(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "roles", "createdBy", "posts", "password"})
    void readOnlyMembersAreRefusedWithoutChange(String member) {
        Account ada = registerWithAddress();
        String before = read(ada);

        for (String value : List.of("1", "\"admin\"", "[\"admin\"]", "[{\"id\": 1}]", "{\"id\": 1}")) {
            String more = "\"%s\": %s".formatted(member, value);
            patch(ada, "{\"name\": \"Changed\", %s}".formatted(more))
                    .statusCode(422)
                    .body("errors.pointer", contains("/" + member));
            put(ada, self(ada).replace(ada.name(), "Changed") + ", " + more)
                    .statusCode(422)
                    .body("errors.pointer", contains("/" + member));
        }

        assertEquals(before, read(ada));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\": null}                     | /name",
                "{\"name\": \" \\u00a0 \"}            | /name",
                "{\"name\": \"a\\u0000b\"}            | /name",
                "{\"name\": \"a\\nb\"}                | /name",
                "{\"name\": 7}                        | /name",
                "{\"name\": [\"x\"]}                  | /name",
                "{\"email\": null}                    | /email",
                "{\"email\": \"nobody\"}              | /email",
                "{\"email\": \"\"}                    | /email",
                "{\"address\": 7}                     | /address",
                "{\"address\": []}                    | /address",
                "{\"address\": {\"city\": null}}      | /address/city",
                "{\"address\": {\"street\": \"\"}}    | /address/street",
                "{\"address\": {\"country\": [\"\"]}} | /address/country"
            })
    void invalidMembersAreRefusedWithoutChange(String patch, String pointer) {
        Account ada = registerWithAddress();
        String before = read(ada);

        patch(ada, patch).statusCode(422).body("errors.pointer", contains(pointer));

        assertEquals(before, read(ada));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "7", "\"x\"", "null", "[{}]"})
    void bodyOtherThanAnObjectIsRefused(String body) {
        Account ada = Account.admin();

        patch(ada, body).statusCode(422).body("errors.pointer", contains(""));
        ada.request(body).put("/users/{id}", ada.id()).then().statusCode(422).body("errors.pointer", contains(""));
    }

    @Test
    void adminMayChangeAnyUser() {
        Account ada = Account.register();

        Account.admin()
                .request("{\"name\": \"Renamed\"}")
                .patch("/users/{id}", ada.id())
                .then()
                .statusCode(200)
                .body("name", equalTo("Renamed"))
                .body("createdBy", nullValue());
    }

    @Test
    void strangerMayNotChangeAUser() {
        Account ada = Account.register();
        Account stranger = Account.register();
        String before = read(ada);

        stranger.request("{\"name\": \"Mallory\"}")
                .patch("/users/{id}", ada.id())
                .then()
                .statusCode(403);
        stranger.request("{%s}".formatted(self(stranger)))
                .put("/users/{id}", ada.id())
                .then()
                .statusCode(403);
        for (String method : List.of("PUT", "PATCH")) {
            given().contentType("application/json")
                    .body("{}")
                    .request(method, "/users/{id}", ada.id())
                    .then()
                    .statusCode(401)
                    .header("WWW-Authenticate", startsWith("Bearer"));
        }

        assertEquals(before, read(ada));
    }

    @Test
    void missingUserIsNotCreated() {
        String body = "{\"name\": \"Nobody\", \"email\": \"nobody@quire.test\"}";

        Account.admin().request(body).put("/users/{id}", Long.MAX_VALUE).then().statusCode(404);
        Account.admin()
                .request(body)
                .patch("/users/{id}", Long.MAX_VALUE)
                .then()
                .statusCode(404);
    }

    @Test
    void emailOfAnotherUserCannotBeTakenInAnyCase() {
        Account ada = Account.register();
        Account eve = registerWithAddress();
        String before = read(eve);

        patch(
                        eve,
                        "{\"email\": \"%s\", \"address\": {\"city\": \"X\"}}"
                                .formatted(ada.email().toUpperCase()))
                .statusCode(409)
                .body("errors.pointer", contains("/email"));

        assertEquals(before, read(eve));
    }

    @Test
    void theCaseOfOnesOwnEmailMayChange() {
        Account ada = Account.register();

        patch(ada, "{\"email\": \"%s\"}".formatted(ada.email().toUpperCase()))
                .statusCode(200)
                .body("email", equalTo(ada.email().toUpperCase()));
    }

    @Test
    void concurrentChangesToOneEmailHaveOneWinner() {
        Account ada = Account.register();
        Account eve = Account.register();

        for (int round = 0; round < 30; round++) {
            String email = "wanted-" + round + ada.email();
            List<Integer> answers = Race.run(Stream.of(ada, eve)
                    .<Callable<Integer>>map(user -> () -> patch(user, "{\"email\": \"%s\"}".formatted(email))
                            .extract()
                            .statusCode())
                    .toList());

            assertEquals(List.of(200, 409), answers.stream().sorted().toList());
            assertEquals(1, Database.count("select count(*) from users where email = ?", email));
        }
    }

    private static Account registerWithAddress() {
        Account user = Account.register();
        user.request(LONDON).put("/users/{id}/address", user.id()).then().statusCode(201);
        return user;
    }

    private static String self(Account user) {
        return "\"email\": \"%s\", \"name\": \"%s\"".formatted(user.email(), user.name());
    }

    private static ValidatableResponse put(Account user, String members) {
        return user.request("{" + members + "}").put("/users/{id}", user.id()).then();
    }

    private static ValidatableResponse patch(Account user, String patch) {
        return user.request(patch).patch("/users/{id}", user.id()).then();
    }

    private static String read(Account user) {
        return user.request()
                .get("/users/{id}", user.id())
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }

    private static int address(Account user) {
        return user.request()
                .get("/users/{id}/address", user.id())
                .then()
                .statusCode(200)
                .extract()
                .path("id");
    }

    private static List<List<Object>> storedAddress(int id) {
        return Database.rows("select street, city, country from addresses where id = ?", id);
    }
}
