package dev.quire.auth;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;

import dev.quire.environment.Mailbox;
import dev.quire.environment.Mailbox.Arrived;
import io.restassured.response.Response;
import java.util.Map;

/** The requests of a recovery. */
final class Recovery {
    private Recovery() {}

    /** Begins a recovery, and returns its mail. */
    static Arrived mail(String email) {
        int before = Mailbox.of(email).size();
        begin(email, "en").then().statusCode(202);
        return Mailbox.await(email, before + 1);
    }

    static Response begin(String email, String language) {
        return given().contentType("application/json")
                .header("Accept-Language", language)
                .body(Map.of("email", email))
                .post("/authentication/recovery");
    }

    static Response complete(Map<String, String> body) {
        return given().contentType("application/json").body(body).post("/authentication/recovery/complete");
    }

    static void assertRefused(Map<String, String> body, String pointer) {
        complete(body).then().spec(problem(422)).body("errors.pointer", contains(pointer));
    }
}
