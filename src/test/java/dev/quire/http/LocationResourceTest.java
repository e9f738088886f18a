package dev.quire.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The header Location, which has a path only: behind a proxy the service knows neither the scheme nor the host of the
 * request.
 */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class LocationResourceTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/authentication/register | {'email': '$@quire.test', 'name': 'Ada', 'password': 'an unusual password'}",
                "/users | {'email': '$@quire.test', 'name': 'Ada', 'password': 'an unusual password'}",
                "/posts | {'title': '$', 'content': 'a'}",
                "/categories | {'name': '$'}",
                "/addresses | {'street': '1', 'city': 'a', 'country': 'b', 'user': {'email': '$@quire.test',"
                        + " 'name': 'Ada', 'password': 'an unusual password'}}"
            })
    void locationIsTheSameInAReplay(String path, String template) {
        String body = template.replace('\'', '"').replace("$", unique());
        String key = unique();
        String place = create(path, body, key).extract().header("Location");

        create(path, body, key).header("Idempotency-Replayed", "true").header("Location", equalTo(place));
        Account.admin().request().get(place).then().statusCode(200);
    }

    private static ValidatableResponse create(String path, String body, String key) {
        return proxied(Account.admin().request(body))
                .header("Idempotency-Key", key)
                .post(path)
                .then()
                .statusCode(201)
                .header("Location", matchesPattern("/[a-z]+/[0-9]+(/address)?"));
    }

    @Test
    void locationIsAPathWhenAPutCreates() {
        Account user = Account.register();
        proxied(user.request("{\"street\": \"1\", \"city\": \"a\", \"country\": \"b\"}"))
                .put("/users/" + user.id() + "/address")
                .then()
                .statusCode(201)
                .header("Location", equalTo("/users/" + user.id() + "/address"));
        proxied(user.request())
                .put("/categories/named/" + unique())
                .then()
                .statusCode(201)
                .header("Location", matchesPattern("/categories/[0-9]+"));
    }

    @Test
    void locationIsAPathInABatch() {
        proxied(Account.admin()
                        .request(("[{'method': 'POST', 'path': '/categories', 'body': {'name': '%1$s'}},"
                                        + "{'method': 'POST', 'path': '/posts', 'body': {'title': '%1$s', 'content': 'a'}},"
                                        + "{'method': 'PUT', 'path': '/categories/named/%1$s-2'}]")
                                .formatted(unique())
                                .replace('\'', '"')))
                .post("/batch")
                .then()
                .statusCode(200)
                .body("headers.Location", everyItem(matchesPattern("/(posts|categories)/[0-9]+")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1.1"})
    void locationIsAPathInEachVersionOfHttp(String version) throws IOException {
        byte[] body = "{\"title\": \"Old\", \"content\": \"a\"}".getBytes(UTF_8);
        String answer = Wire.exchange(
                "POST /posts HTTP/" + version + "\nHost: elsewhere.test\nConnection: close\nAuthorization: Bearer "
                        + Account.admin().token() + "\nContent-Type: application/json\nContent-Length: " + body.length
                        + "\n",
                body);

        assertTrue(answer.matches("(?si)HTTP/1\\.. 201 .*\r\nLocation: /posts/[0-9]+\r\n.*"), answer);
    }

    private static RequestSpecification proxied(RequestSpecification request) {
        return request.header("X-Forwarded-Proto", "https").header("X-Forwarded-Host", "elsewhere.test");
    }

    private static String unique() {
        return UUID.randomUUID().toString();
    }
}
