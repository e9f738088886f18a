package dev.quire.problem;

import static org.hamcrest.Matchers.hasItem;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The codes of violations, which programs can rely on: those of a constraint, or of the code that finds the violation.
 */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class ViolationCodeResourceTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST  | /posts      | {\"content\": \"C\"}                                     | required",
                "POST  | /posts      | {\"title\": \" \", \"content\": \"C\"}                   | blank",
                "POST  | /posts      | {\"title\": \"LONG\", \"content\": \"C\"}                | too-long",
                "POST  | /posts      | {\"title\": \"a\\u0007\", \"content\": \"C\"}            | invalid-characters",
                "POST  | /posts      | {\"title\": 7, \"content\": \"C\"}                       | wrong-type",
                "POST  | /posts      | {\"title\": \"T\", \"content\": \"C\", \"id\": 7}        | unknown",
                "POST  | /posts      | {\"title\": \"T\", \"content\": \"C\", \"categories\": [{\"id\": 0}]} | not-found",
                "POST  | /posts      | {\"title\": \"T\", \"content\": \"C\", \"categories\": [{}]} | required",
                "POST  | /posts      | {\"title\": \"T\", \"content\": \"C\", \"categories\": [{\"id\": 1, \"name\": \"N\"}]} | not-allowed",
                "POST  | /posts      | {\"title\": \"T\", \"content\": \"C\", \"categories\": null} | required",
                "POST  | /posts      | {\"title\":                                            | malformed",
                "POST  | /batch      | []                                                    | too-few",
                "POST  | /batch      | [{\"method\": \"GET\", \"path\": \"/posts\"}]           | invalid",
                "POST  | /batch      | [{\"method\": \"POST\", \"path\": \"LONG\"}]            | too-long",
                "POST  | /batch      | [{\"method\": \"POST\", \"path\": \"/authentication/log-in\"}] | not-allowed",
                "POST  | /users      | {\"email\": \"x\", \"name\": \"N\", \"password\": \"short\"} | too-short",
                "POST  | /users      | {\"email\": \"x\", \"name\": \"N\", \"password\": \"short\"} | invalid",
                "POST  | /users      | {\"email\": \"a@quire.test\", \"name\": \"N\", \"password\": \"password\"} | too-weak",
                "POST  | /users      | {\"email\": \"admin@quire.test\", \"name\": \"N\", \"password\": \"quite an unusual one\"} | taken",
                "GET   | /posts?limit=0 |                                                    | invalid",
                "GET   | /posts?limits=1 |                                                   | unknown",
                "GET   | /posts?limit=1&limit=1 |                                            | repeated",
                "GET   | /posts?sort=x |                                                     | invalid",
                "GET   | /posts?fields=x |                                                   | unknown",
            })
    void everyViolationHasACode(String method, String path, String body, String code) {
        String sent = body == null ? null : body.replace("LONG", "/x".repeat(3000));
        var request = sent == null ? Account.admin().request() : Account.admin().request(sent);
        request.request(method, path).then().body("errors.code", hasItem(code));
    }
}
