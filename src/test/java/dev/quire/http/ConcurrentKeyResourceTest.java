package dev.quire.http;

import static dev.quire.http.Creation.countCreated;
import static dev.quire.http.Creation.unique;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Concurrent requests with idempotency keys. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class ConcurrentKeyResourceTest {
    private static final int MANY = 50;

    @ParameterizedTest
    @EnumSource
    void concurrentRepeatsOfAKeyCreateOnceAndShareTheAnswer(Creation creation) {
        String key = unique();
        String word = unique();
        // Logged in before the race
        Account.admin();

        List<Response> answers = Race.run(MANY, i -> creation.send(key, word));

        assertEquals(creation.once, countCreated(word));
        List<Response> late =
                answers.stream().filter(answer -> answer.statusCode() == 409).toList();
        late.forEach(answer -> answer.then()
                .body("type", equalTo("urn:quire:problem:under-way"))
                .header("Retry-After", notNullValue()));
        assertTrue(late.size() < MANY, "no request created it");
        List<String> equal = Stream.concat(
                        answers.stream().filter(answer -> answer.statusCode() != 409),
                        late.stream().map(answer -> creation.send(key, word)))
                .map(ConcurrentKeyResourceTest::whole)
                .distinct()
                .toList();
        assertEquals(1, equal.size(), equal::toString);
        assertTrue(equal.get(0).startsWith("201 "), equal.get(0));
        assertEquals(creation.once, countCreated(word));
    }

    @ParameterizedTest
    @EnumSource
    void concurrentKeysHaveTheirOwnAnswers(Creation creation) {
        List<String> words = Stream.generate(Creation::unique).limit(5).toList();
        Account.admin();

        List<Response> answers = Race.run(words.size(), i -> creation.send(words.get(i), words.get(i)));

        answers.forEach(answer -> answer.then().statusCode(201));
        words.forEach(word -> assertEquals(creation.once, countCreated(word)));
    }

    private static String whole(Response answer) {
        return answer.statusCode() + " " + answer.header("Location") + " " + answer.header("ETag") + " "
                + answer.asString();
    }
}
