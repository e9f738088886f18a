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
    /** The password of every account but the admin's. */
    public static final String PASSWORD = "an unusual enough password";

    /** Less than the lifetime of a token. */
    private static final Duration MAX_AGE = Duration.ofMinutes(10);

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static Account admin;

    private final long id;
    private final String email;
    private final String name;
    private final String password;
    private String token;
    private Instant issuedAt = Instant.now();

    /** Logs in an existing user with {@link #PASSWORD}. */
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

    /** Registers a user without an address. */
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

    /** Creates a user with an address, as the admin. */
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

    /** Returns the first admin, named by the configuration. */
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

    /** Logs the admin in again: the cached token is that of another service, or has lost the role. */
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

    /**
     * Returns a token that is valid for some minutes: on a slow machine a test class may take longer than the lifetime
     * of one.
     */
    public synchronized String token() {
        if (issuedAt.plus(MAX_AGE).isBefore(Instant.now())) {
            renew();
        }
        return token;
    }

    /** Logs in again, for a token with the roles given meanwhile. */
    public synchronized Account renew() {
        token = logIn(email, password);
        issuedAt = Instant.now();
        return this;
    }

    /** Returns a token for this email and password. */
    public static String logIn(String email, String password) {
        return given().contentType(ContentType.JSON)
                .body("{\"email\": \"%s\", \"password\": \"%s\"}".formatted(email, password))
                .post("/authentication/log-in")
                .then()
                .statusCode(200)
                .extract()
                .path("accessToken");
    }

    /** Begins a request by this user. */
    public RequestSpecification request() {
        return given().auth().oauth2(token());
    }

    /** Begins a request by this user with a JSON body. */
    public RequestSpecification request(String body) {
        return request().contentType(ContentType.JSON).body(body);
    }

    /** Creates a post by this user, and returns its id. */
    public int post(String title) {
        return request("{\"title\": \"%s\", \"content\": \"Content\"}".formatted(title))
                .post("/posts")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    /** Creates a post by this user in these categories, and returns its id. */
    public int post(String title, Collection<Integer> categories) {
        return request("{\"title\": \"%s\", \"content\": \"Content\", \"categories\": %s}"
                        .formatted(title, References.ids(categories)))
                .post("/posts")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    /** Creates a comment by this user on a post, and returns its id. */
    public int comment(int post) {
        return request("{\"content\": \"A comment\"}")
                .post("/posts/{id}/comments", post)
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    /**
     * Returns the ids of this many categories named {@code <name> 01}, {@code <name> 02} and so on, creating missing
     * ones.
     */
    public List<Integer> categories(String name, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> category("%s %02d".formatted(name, i)))
                .toList();
    }

    /** Returns the id of the category of this name, creating it if missing. */
    public int category(String name) {
        return request().put("/categories/named/{name}", name).then().extract().path("id");
    }
}
