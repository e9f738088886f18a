package dev.quire.http;

import static io.restassured.RestAssured.given;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** The operations that accept an idempotency key. The created rows are found by a word that they begin with. */
enum Creation {
    POST("/posts", """
            {"title": "%1$s", "content": "original", "categories": [{"name": "%1$s one"}, {"name": "%1$s two"}]}\
            """, List.of(1, 2, 2, 0, 0)),
    CATEGORY("/categories", """
            {"name": "%s original"}\
            """, List.of(0, 1, 0, 0, 0)),
    USER("/users", """
            {"email": "%1$s@quire.test", "name": "original", "password": "an unusual enough password",
              "address": {"street": "%1$s", "city": "City", "country": "Country"}}\
            """, List.of(0, 0, 0, 1, 1)),
    ADDRESS("/addresses", """
            {"street": "%1$s", "city": "original", "country": "Country",
              "user": {"email": "%1$s@quire.test", "name": "Name", "password": "an unusual enough password"}}\
            """, List.of(0, 0, 0, 1, 1)),
    REGISTRATION("/authentication/register", """
            {"email": "%1$s@quire.test", "name": "original", "password": "an unusual enough password",
              "address": {"street": "%1$s", "city": "City", "country": "Country"}}\
            """, List.of(0, 0, 0, 1, 1));

    static final String KEY = "Idempotency-Key";

    private static final String MADE = """
            select (select count(*) from posts where title like word || '%'),
                   (select count(*) from categories where name like word || '%'),
                   (select count(*) from post_categories l join posts p on p.id = l.post_id where p.title like word || '%'),
                   (select count(*) from users where email like word || '%'),
                   (select count(*) from addresses where street like word || '%')
            from cast(? as text) word
            """;

    static final List<Integer> NONE_CREATED = List.of(0, 0, 0, 0, 0);

    final String path;

    /** The numbers of posts, categories, links, users and addresses that one execution creates. */
    final List<Integer> once;

    private final String body;

    Creation(String path, String body, List<Integer> once) {
        this.path = path;
        this.body = body;
        this.once = once;
    }

    String body(String word) {
        return body.formatted(word);
    }

    /** Returns another body of the same owner. */
    String changed(String word) {
        return body(word).replace("original", "changed");
    }

    /** Begins a request by the admin, who may call all operations; registration needs no log-in. */
    RequestSpecification request(String key) {
        RequestSpecification request =
                this == REGISTRATION ? given() : Account.admin().request();
        return request.contentType(ContentType.JSON).header(KEY, key);
    }

    Response send(String key, String word) {
        return request(key).body(body(word)).post(path);
    }

    /** Returns a key, or a word, that has never been used. */
    static String unique() {
        return "unique" + System.nanoTime();
    }

    /** Returns the numbers of posts, categories, links, users and addresses that begin with this word. */
    static List<Integer> countCreated(String word) {
        try (Connection connection = Database.connect()) {
            return countCreated(connection, word);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the same for another database. */
    static List<Integer> countCreated(Connection connection, String word) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MADE)) {
            statement.setString(1, word);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return List.of(row.getInt(1), row.getInt(2), row.getInt(3), row.getInt(4), row.getInt(5));
            }
        }
    }
}
