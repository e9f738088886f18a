package dev.quire.change;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.Database;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** A client's copy of all rows. */
final class DeviceCopy {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The rows that anyone may read, selected from the database. */
    private static final String ROWS = """
            select 'post ' || id, cast(json_build_object('id', id, 'title', title, 'content', content,
              'author', json_build_object('id', author_id), 'createdAt', %1$s, 'updatedAt', %2$s) as text) from posts
            union all select 'category ' || id, cast(json_build_object('id', id, 'name', name) as text) from categories
            union all select 'author ' || id, cast(json_build_object('id', id, 'name', name) as text) from users
            union all select 'link ' || post_id || ' ' || category_id, '{}' from post_categories
            union all select 'comment ' || id, cast(json_build_object('id', id, 'content', content,
              'author', json_build_object('id', author_id), 'post', json_build_object('id', post_id),
              'createdAt', %1$s, 'updatedAt', %2$s) as text) from comments
            """.formatted(time("created_at"), time("updated_at"));

    private final Supplier<RequestSpecification> request;
    private final Map<String, JsonNode> rows = new TreeMap<>();
    private String position;

    DeviceCopy(Supplier<RequestSpecification> request) {
        this.request = request;
    }

    DeviceCopy() {
        this(() -> given());
    }

    private static String time(String column) {
        return "to_char(" + column + " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    }

    String position() {
        return position;
    }

    Map<String, JsonNode> rows() {
        return rows;
    }

    /** Reads until there is no more, and returns the number of changes. */
    int sync(int limit) {
        int changes = 0;
        for (boolean more = true; more; ) {
            JsonNode page = read(limit);
            page.get("changes").forEach(this::apply);
            changes += page.get("changes").size();
            position = page.get("position").asText();
            more = page.get("more").asBoolean();
        }
        return changes;
    }

    JsonNode read(int limit) {
        RequestSpecification next = request.get().queryParam("limit", limit);
        if (position != null) {
            next.queryParam("since", position);
        }
        return json(next.get("/changes").then().statusCode(200).extract().asString());
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (java.io.IOException e) {
            throw new IllegalStateException(text, e);
        }
    }

    void apply(JsonNode change) {
        String kind = change.get("kind").asText();
        String key = kind.equals("link")
                ? "link " + change.get("post").asLong() + " "
                        + change.get("category").asLong()
                : kind + " " + change.get("id").asLong();
        if (change.has("deleted")) {
            assertFalse(change.has("value"), change::toString);
            rows.remove(key);
        } else {
            rows.put(key, change.get("value"));
        }
    }

    /** Compares the copy with the database, which must not change meanwhile. */
    void assertEqualToDatabase() {
        var stored = stored();
        var copied = new TreeMap<>(rows);
        copied.keySet().removeIf(key -> key.startsWith("user "));
        assertEquals(stored.keySet(), copied.keySet());
        assertEquals(stored, copied);
    }

    /** The rows that anyone may read, by the keys of this copy. */
    static Map<String, JsonNode> stored() {
        try (Connection connection = Database.connect()) {
            return stored(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same rows, as this connection sees them. */
    static Map<String, JsonNode> stored(Connection connection) throws SQLException {
        var stored = new TreeMap<String, JsonNode>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(ROWS)) {
            while (rows.next()) {
                stored.put(rows.getString(1), json(rows.getString(2)));
            }
        }
        return stored;
    }
}
