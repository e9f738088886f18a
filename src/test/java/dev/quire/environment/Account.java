package dev.quire.environment;

import static io.restassured.RestAssured.given;

import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A user of the service, registered and logged in over HTTP. */
public final class Account {
    /** What every account but the admin's logs in with. */
    public static final String PASSWORD = "an unusual enough password";

    /** Less than a token lives. */
    private static final Duration MAX_AGE = Duration.ofMinutes(10);

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static Account admin;

    private final long id;
    private final String email;
    private final String name;
    private final String password;
    private String token;
    private Instant issuedAt = Instant.now();

    /** Logs in a user who is there, with {@link #PASSWORD}. */
    public Account(long id, String email, String name) {
        this(id, email, name, PASSWORD, logIn(email, PASSWORD));
    }

    private Account(long id, String email, String name, String password, String token) {
        this.id = id;
        this.email = email;
        this.name = name;
        this.password = password;
        this.token = token;
    }

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
        return new Account(id, email, name);
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
        return new Account(id, email, name);
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
            admin = new Account(id, Environment.ADMIN_EMAIL, "Admin", Environment.ADMIN_PASSWORD, token);
        }
        return admin;
    }

    /** Has the admin log in anew: it is that of another service, or the token has lost the role. */
    public static synchronized void forgetAdmin() {
        admin = null;
    }

    public long id() {
        return id;
    }

    public String email() {
        return email;
    }

    public String name() {
        return name;
    }

    /** A token that is good for some minutes more: on a slow machine a class of tests may take longer than one lives. */
    public synchronized String token() {
        if (issuedAt.plus(MAX_AGE).isBefore(Instant.now())) {
            renew();
        }
        return token;
    }

    /** Logs in again, for a token that knows of roles that were given meanwhile. */
    public synchronized Account renew() {
        token = logIn(email, password);
        issuedAt = Instant.now();
        return this;
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
        return given().auth().oauth2(token());
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

    /** The id of a new comment of this user on a post. */
    public int comment(int post) {
        return request("{\"content\": \"A comment\"}")
                .post("/posts/{id}/comments", post)
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
