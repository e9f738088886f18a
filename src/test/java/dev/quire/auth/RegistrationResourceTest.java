package dev.quire.auth;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class RegistrationResourceTest {
    @Test
    void registeredUserHasNoCreator() {
        String email = email();

        ValidatableResponse answer = register(email, "")
                .statusCode(201)
                .body(
                        "keySet()",
                        containsInAnyOrder(
                                "id",
                                "email",
                                "emailConfirmed",
                                "pendingEmail",
                                "name",
                                "address",
                                "roles",
                                "createdBy",
                                "createdAt",
                                "updatedAt"))
                .body("email", equalTo(email))
                .body("name", equalTo("Grace"))
                .body("address", nullValue())
                .body("roles", contains("user"))
                .body("createdBy", nullValue());

        int id = answer.extract().path("id");
        String place =
                answer.header("Location", endsWith("/users/" + id)).extract().header("Location");
        given().auth()
                .oauth2(Account.logIn(email, Account.PASSWORD))
                .get(place)
                .then()
                .statusCode(200)
                .body(equalTo(answer.extract().asString()));
    }

    @Test
    void registrationCreatesTheAddress() {
        register(email(), ", \"address\": {\"street\": \"1\", \"city\": \"Oslo\", \"country\": \"Norway\"}")
                .statusCode(201)
                .body("address.keySet()", containsInAnyOrder("id", "street", "city", "country"))
                .body("address.city", equalTo("Oslo"));
    }

    @Test
    void onlyAHashOfThePasswordIsStored() {
        Account ada = Account.register();

        String hash = (String) Database.rows("select password_hash from users where id = ?", ada.id())
                .get(0)
                .get(0);

        assertTrue(hash.startsWith("$argon2id$"), hash);
        assertTrue(!hash.contains(Account.PASSWORD), hash);
    }

    @Test
    void anEmailIsStoredAsTypedAndUniqueWithoutRegardToCase() {
        String email = "Grace.Hopper-" + email();
        register(email, "").statusCode(201).body("email", equalTo(email));

        for (String same : List.of(email, email.toLowerCase(Locale.ROOT), email.toUpperCase(Locale.ROOT))) {
            register(same, "")
                    .statusCode(409)
                    .contentType("application/problem+json")
                    .body("type", equalTo("urn:quire:problem:taken"))
                    .body("errors.pointer", contains("/email"))
                    .body(not(containsString(Account.PASSWORD)));
        }

        assertEquals(List.of(List.of(email)), stored(email));
    }

    @Test
    void takenEmailCreatesNoAddress() {
        Account ada = Account.register();

        register(ada.email(), """
                , "address": {"street": "1", "city": "Oslo %d", "country": "Norway"}""".formatted(ada.id())).statusCode(409);

        assertEquals(0, Database.count("select count(*) from addresses where city = ?", "Oslo " + ada.id()));
    }

    @Test
    void concurrentRegistrationsOfOneEmailHaveOneWinner() {
        for (int round = 0; round < 8; round++) {
            String email = email();

            List<Integer> answers = Race.runAtTableLock(
                    "users",
                    Collections.nCopies(3, () -> register(email, "").extract().statusCode()));

            assertEquals(List.of(201, 409, 409), answers.stream().sorted().toList());
            assertEquals(1, stored(email).size());
        }
    }

    @Test
    void registrationWithAnIdOverwritesNoUser() {
        Account ada = Account.register();
        String before = ada.request().get("/authentication").asString();
        String email = email();

        register(email, ", \"id\": " + ada.id()).statusCode(422).body("errors.pointer", contains("/id"));

        assertEquals(before, ada.request().get("/authentication").asString());
        assertEquals(List.of(), stored(email));
    }

    @Test
    void addressOfAnotherUserCannotBeTaken() {
        Account ada = Account.register();
        int address = ada.request("{\"street\": \"1\", \"city\": \"Oslo\", \"country\": \"Norway\"}")
                .put("/users/{id}/address", ada.id())
                .then()
                .extract()
                .path("id");
        String email = email();

        register(email, ", \"address\": {\"id\": %d}".formatted(address))
                .statusCode(422)
                .body(
                        "errors.pointer",
                        contains("/address/city", "/address/country", "/address/id", "/address/street"));

        assertEquals(List.of(), stored(email));
        ada.request()
                .get("/users/{id}/address", ada.id())
                .then()
                .statusCode(200)
                .body("id", equalTo(address));
    }

    @ParameterizedTest
    @ValueSource(strings = {"roles", "createdBy", "posts", "admin", "passwordHash"})
    void unknownMemberIsRefused(String member) {
        String email = email();

        for (String value : List.of("true", "[\"admin\"]", "{\"id\": 1}")) {
            register(email, ", \"%s\": %s".formatted(member, value))
                    .statusCode(422)
                    .body("errors.pointer", contains("/" + member));
        }

        assertEquals(List.of(), stored(email));
    }

    @Test
    void allViolationsAreReportedTogether() {
        given().contentType("application/json")
                .body("{\"email\": \"nobody\", \"password\": \"short\", \"address\": {\"street\": \"\"}, \"x\": 1}")
                .post("/authentication/register")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body(
                        "errors.pointer",
                        contains(
                                "/address/city",
                                "/address/country",
                                "/address/street",
                                "/email",
                                "/name",
                                "/password",
                                "/x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "nobody",
                "@quire.test",
                "nobody@",
                "a@b@quire.test",
                "no body@quire.test",
                "nobody@quire..test",
                ".nobody@quire.test",
                "nobody@-quire.test",
                "nobody@quire.test ",
                "nobody@quire.test\\n",
                "no\\u0000@quire.test",
                "n\u00f6body@quire.test",
                "\\u202enobody@quire.test"
            })
    void malformedEmailIsRefused(String email) {
        register(email, "").statusCode(422).body("errors.pointer", contains("/email"));
    }

    @ParameterizedTest
    @CsvSource({"254, 201", "255, 422"})
    void anEmailHasUpTo254Characters(int length, int status) {
        String local = "longest-" + System.nanoTime() + "@";
        String labels = ("x".repeat(60) + ".").repeat(5);
        String email = local + labels.substring(0, length - local.length() - 4) + "test";

        assertEquals(length, email.length());
        register(email, "").statusCode(status);
    }

    @ParameterizedTest
    @CsvSource({"1, 201", "100, 201", "101, 422"})
    void aNameHasUpTo100CharactersOfAnyByteLength(int length, int status) {
        given().contentType("application/json; charset=utf-8")
                .body("{\"email\": \"%s\", \"name\": \"%s\", \"password\": \"%s\"}"
                        .formatted(email(), "\ud83d\ude00".repeat(length), Account.PASSWORD))
                .post("/authentication/register")
                .then()
                .statusCode(status);
    }

    private static ValidatableResponse register(String email, String more) {
        return given().contentType("application/json; charset=utf-8")
                .body("{\"email\": \"%s\", \"name\": \"Grace\", \"password\": \"%s\"%s}"
                        .formatted(email, Account.PASSWORD, more))
                .post("/authentication/register")
                .then();
    }

    private static List<List<Object>> stored(String email) {
        return Database.rows("select email from users where lower(email) = lower(?)", email);
    }

    private static String email() {
        return "registered-" + System.nanoTime() + "@quire.test";
    }
}
