package dev.quire.environment;

import static io.restassured.RestAssured.given;

import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A user of the service, registered and logged in over HTTP. */
public record Account(long id, String email, String name, String token) {
    /** What every account but the admin's logs in with. */
    public static final String PASSWORD = "an unusual enough password";

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static Account admin;

    /** A new user without an address. */
    public static Account register() {
        int number = NUMBER.incrementAndGet();
        String email = "user-" + number + "-" + System.nanoTime() + "@quire.test";
        String name = "User " + number;
        int id = given().contentType(ContentType.JSON)
                .body("{\"email\": \"%s\", \"name\": \"%s\", \"password\": \"%s\"}".formatted(email, name, PASSWORD))
                .post("/authentication/register")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        return new Account(id, email, name, logIn(email, PASSWORD));
    }

    /** A new user with an address, whom the admin makes. */
    public static Account create() {
        int number = NUMBER.incrementAndGet();
        String email = "user-" + number + "-" + System.nanoTime() + "@quire.test";
        String name = "User " + number;
        int id = admin().request("""
                        {"email": "%s", "name": "%s", "password": "%s",
                          "address": {"street": "Street %d", "city": "City", "country": "Country"}}
                        """.formatted(email, name, PASSWORD, number))
                .post("/users")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        return new Account(id, email, name, logIn(email, PASSWORD));
    }

    /** The first admin, whom the configuration names. */
    public static synchronized Account admin() {
        if (admin == null) {
            String token = logIn(Environment.ADMIN_EMAIL, Environment.ADMIN_PASSWORD);
            int id = given().auth()
                    .oauth2(token)
                    .get("/authentication")
                    .then()
                    .statusCode(200)
                    .extract()
                    .path("id");
            admin = new Account(id, Environment.ADMIN_EMAIL, "Admin", token);
        }
        return admin;
    }

    /** A token for whoever has this email and this password. */
    public static String logIn(String email, String password) {
        return given().contentType(ContentType.JSON)
                .body("{\"email\": \"%s\", \"password\": \"%s\"}".formatted(email, password))
                .post("/authentication/log-in")
                .then()
                .statusCode(200)
                .extract()
                .path("accessToken");
    }

    /** The beginning of a request that this user makes. */
    public RequestSpecification request() {
        return given().auth().oauth2(token);
    }

    /** The same with a JSON body. */
    public RequestSpecification request(String body) {
        return request().contentType(ContentType.JSON).body(body);
    }

    /** The id of a new post of this user. */
    public int post(String title) {
        return request("{\"title\": \"%s\", \"content\": \"Content\"}".formatted(title))
                .post("/posts")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    /** The id of a new post of this user, filed under these categories. */
    public int post(String title, Collection<Integer> categories) {
        return request("{\"title\": \"%s\", \"content\": \"Content\", \"categories\": %s}"
                        .formatted(title, References.ids(categories)))
                .post("/posts")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    /** The ids of so many categories that are there by the names {@code <name> 01}, {@code <name> 02} and so on. */
    public List<Integer> categories(String name, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> category("%s %02d".formatted(name, i)))
                .toList();
    }

    /** The id of the category of this name, made if it is not there. */
    public int category(String name) {
        return request().put("/categories/named/{name}", name).then().extract().path("id");
    }
}
