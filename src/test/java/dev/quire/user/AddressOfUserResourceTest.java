package dev.quire.user;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
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
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class AddressOfUserResourceTest {
    private static final String OF_USER = "/users/{id}/address";
    private static final String LONDON = """
            {"street": "12 St James's Square", "city": "London", "country": "United Kingdom"}""";
    private static final String TURIN = """
            {"street": "Via Po 1", "city": "Turin", "country": "Italy"}""";

    @Test
    void missingAddressIsCreated() {
        Account ada = Account.register();
        ada.request().get(OF_USER, ada.id()).then().statusCode(404);

        String place = put(ada, LONDON)
                .statusCode(201)
                .body("keySet()", containsInAnyOrder("id", "street", "city", "country"))
                .body("city", equalTo("London"))
                .header("Location", endsWith("/users/" + ada.id() + "/address"))
                .extract()
                .header("Location");

        ada.request().get(place).then().statusCode(200).body("street", equalTo("12 St James's Square"));
        ada.request().get("/users/{id}", ada.id()).then().body("address.country", equalTo("United Kingdom"));
    }

    @Test
    void existingAddressIsChangedInPlace() {
        Account ada = Account.register();
        int address = put(ada, LONDON).statusCode(201).extract().path("id");

        put(ada, TURIN).statusCode(200).body("id", equalTo(address)).body("city", equalTo("Turin"));

        ada.request()
                .get(OF_USER, ada.id())
                .then()
                .statusCode(200)
                .body("id", equalTo(address))
                .body("street", equalTo("Via Po 1"));
    }

    @Test
    void theSameAddressAgainChangesNothing() {
        Account ada = Account.register();
        put(ada, LONDON).statusCode(201);
        String before = ada.request().get("/users/{id}", ada.id()).asString();

        put(ada, LONDON).statusCode(200);

        assertEquals(before, ada.request().get("/users/{id}", ada.id()).asString());
    }

    @Test
    void deletingRemovesTheRowOfTheAddress() {
        Account ada = Account.register();
        int address = put(ada, LONDON).statusCode(201).extract().path("id");

        ada.request().delete(OF_USER, ada.id()).then().statusCode(204);

        ada.request().get(OF_USER, ada.id()).then().statusCode(404);
        ada.request().delete(OF_USER, ada.id()).then().statusCode(404);
        ada.request().get("/users/{id}", ada.id()).then().statusCode(200).body("address", nullValue());
        assertEquals(0, Database.count("select count(*) from addresses where id = ?", address));
    }

    @Test
    void dryRunReportsTheAddressAndKeepsIt() {
        Account ada = Account.register();
        put(ada, LONDON).statusCode(201);

        ada.request()
                .queryParam("dryRun", true)
                .delete(OF_USER, ada.id())
                .then()
                .statusCode(200)
                .body("deleted.relation", contains("addresses"))
                .body("deleted.count", contains(1))
                .body("deleted[0].href", equalTo("/users/" + ada.id() + "/address"))
                .body("unlinked", equalTo(List.of()))
                .body("reassigned", equalTo(List.of()));

        ada.request().get(OF_USER, ada.id()).then().statusCode(200).body("city", equalTo("London"));
    }

    @Test
    void adminMayWriteReadAndDeleteAnyAddress() {
        Account ada = Account.register();

        Account.admin().request(LONDON).put(OF_USER, ada.id()).then().statusCode(201);

        Account.admin().request().get(OF_USER, ada.id()).then().statusCode(200).body("city", equalTo("London"));
        Account.admin().request().delete(OF_USER, ada.id()).then().statusCode(204);
    }

    @Test
    void aStrangerMayNeitherReadNorChangeIt() {
        Account ada = Account.register();
        Account stranger = Account.register();
        put(ada, LONDON).statusCode(201);

        stranger.request().get(OF_USER, ada.id()).then().statusCode(403);
        stranger.request(TURIN).put(OF_USER, ada.id()).then().statusCode(403);
        stranger.request().delete(OF_USER, ada.id()).then().statusCode(403);

        ada.request().get(OF_USER, ada.id()).then().statusCode(200).body("city", equalTo("London"));
    }

    @ParameterizedTest
    @CsvSource({"GET", "PUT", "DELETE"})
    void requestsWithoutTokenAreUnauthorized(String method) {
        given().contentType("application/json")
                .body(LONDON)
                .request(method, OF_USER, Account.admin().id())
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", startsWith("Bearer"));
    }

    @Test
    void addressOfAMissingUserIsNotFound() {
        Account admin = Account.admin();

        admin.request().get(OF_USER, Long.MAX_VALUE).then().statusCode(404);
        admin.request(LONDON).put(OF_USER, Long.MAX_VALUE).then().statusCode(404);
        admin.request().delete(OF_USER, Long.MAX_VALUE).then().statusCode(404);
    }

    @Test
    void invalidAddressIsRefusedWithItsPointers() {
        Account ada = Account.register();

        put(ada, "{\"street\": \" \", \"city\": \"%s\", \"id\": 1, \"user\": {\"id\": 1}}".formatted("x".repeat(101)))
                .statusCode(422)
                .body("errors.pointer", contains("/city", "/country", "/id", "/street", "/user"));

        ada.request().get(OF_USER, ada.id()).then().statusCode(404);
    }

    @Test
    void concurrentPutsCreateTheAddressOnce() {
        for (int round = 0; round < 5; round++) {
            Account ada = Account.register();
            String city = "Race " + ada.id();

            List<Integer> answers = Race.run(IntStream.range(0, 20)
                    .<Callable<Integer>>mapToObj(i -> () -> ada.request(
                                    "{\"street\": \"%d\", \"city\": \"%s\", \"country\": \"Italy\"}".formatted(i, city))
                            .put(OF_USER, ada.id())
                            .statusCode())
                    .toList());

            assertEquals(1, answers.stream().filter(status -> status == 201).count(), answers::toString);
            assertEquals(19, answers.stream().filter(status -> status == 200).count(), answers::toString);
            assertEquals(1, Database.count("select count(*) from addresses where city = ?", city));
            ada.request().get(OF_USER, ada.id()).then().statusCode(200).body("city", equalTo(city));
        }
    }

    @Test
    void concurrentCreationAndDeletionLeaveNoOrphan() {
        Account ada = Account.register();
        String city = "Coming and going " + ada.id();
        String body = "{\"street\": \"1\", \"city\": \"%s\", \"country\": \"Italy\"}".formatted(city);

        List<Integer> answers = Race.run(IntStream.range(0, 20)
                .<Callable<Integer>>mapToObj(i -> () -> i % 2 == 0
                        ? ada.request(body).put(OF_USER, ada.id()).statusCode()
                        : ada.request().delete(OF_USER, ada.id()).statusCode())
                .toList());

        Set<Integer> seen = answers.stream().collect(Collectors.toSet());
        assertTrue(Set.of(200, 201, 204, 404).containsAll(seen), answers::toString);
        assertEquals(
                Database.count("select count(address_id) from users where id = ?", ada.id()),
                Database.count("select count(*) from addresses where city = ?", city));
    }

    private static ValidatableResponse put(Account user, String body) {
        return user.request(body).put(OF_USER, user.id()).then();
    }
}
