package dev.quire.http;

import static io.restassured.RestAssured.given;

import dev.quire.environment.Authenticator;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A user with an address and a session, a post of theirs with a comment, and its category: a target for every write.
 */
record Graph(
        int port,
        String admin,
        String token,
        int user,
        String email,
        int post,
        int comment,
        int category,
        String name,
        int session,
        int address) {
    private static final String PASSWORD = "an unusual enough password";

    /** The apps of second factors, by the token of their user. */
    private static final Map<String, Authenticator> APPS = new ConcurrentHashMap<>();

    /** Creates a graph by POST alone, at the service on this port, with the token of an admin. */
    static Graph make(int port, String admin) {
        String name = "graph-" + System.nanoTime();
        String email = name + "@quire.test";
        Response user =
                made(as(admin, port).body("""
                        {"email": "%s", "name": "Ada", "password": "%s",
                          "address": {"street": "Street", "city": "City", "country": "Country"}}
                        """.formatted(email, PASSWORD)).post("/users"));
        String token = given().port(port)
                .contentType(ContentType.JSON)
                .body(Map.of("email", email, "password", PASSWORD))
                .post("/authentication/log-in")
                .then()
                .statusCode(200)
                .extract()
                .path("accessToken");
        int category = made(as(token, port).body(Map.of("name", name)).post("/categories"))
                .path("id");
        int post = made(as(token, port).body("""
                        {"title": "Title", "content": "Content", "categories": [{"id": %d}]}
                        """.formatted(category)).post("/posts"))
                .path("id");
        int comment = made(as(token, port).body(Map.of("content", "Content")).post("/posts/{id}/comments", post))
                .path("id");
        int session = as(token, port).get("/authentication/sessions").path("[0].id");
        return new Graph(
                port,
                admin,
                token,
                user.path("id"),
                email,
                post,
                comment,
                category,
                name,
                session,
                user.path("address.id"));
    }

    /** Begins a request with this token. */
    RequestSpecification as(String token) {
        return as(token, port);
    }

    /** Fills the ids of this graph into a path or a body, and a code of the second factor, which is added for that. */
    String fill(String text) {
        String coded = text.contains("CODE")
                ? text.replace(
                        "CODE",
                        APPS.computeIfAbsent(token, user -> Authenticator.add(() -> as(user)))
                                .code())
                : text;
        return coded.replace("USER", "" + user)
                .replace("EMAIL", email)
                .replace("POST", "" + post)
                .replace("COMMENT", "" + comment)
                .replace("CATEGORY", "" + category)
                .replace("NAME", name)
                .replace("SESSION", "" + session)
                .replace("ADDRESS", "" + address)
                .replace("PASSWORD", PASSWORD);
    }

    private static RequestSpecification as(String token, int port) {
        return given().port(port).auth().oauth2(token).contentType(ContentType.JSON);
    }

    private static Response made(Response answer) {
        answer.then().statusCode(201);
        return answer;
    }
}
