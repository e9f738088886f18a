package dev.quire.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Wire;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Nullable columns of the database, which are null in JSON wherever they are shown. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class NullsResourceTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The tables that are shown, with the rows of one user. */
    private static final Map<String, String> ROWS = Map.of(
            "users", "id = ?",
            "addresses", "id = (select address_id from users where id = ?)",
            "posts", "author_id = ?",
            "categories",
                    "id in (select category_id from post_categories join posts on posts.id = post_id where author_id = ?)",
            "sessions", "user_id = ?");

    @Test
    void nullableColumnsAreShownAsNull() throws Exception {
        List<List<Object>> columns = Database.rows("""
                select table_name, column_name from information_schema.columns
                where table_schema = current_schema() and is_nullable = 'YES' and is_generated = 'NEVER'
                  and table_name not in (
                    'attempts', 'changes', 'idempotency_keys', 'mail_tokens', 'mails', 'revocations',
                    'flyway_schema_history')
                  and table_name not like 'pg\\_%'
                order by 1, 2
                """);
        assertTrue(columns.contains(List.of("sessions", "user_agent")), columns::toString);
        columns.forEach(column -> assertTrue(ROWS.containsKey(column.get(0)), column::toString));

        for (List<Object> column : columns) {
            Account ada = Account.create();
            int post = ada.post("Nulls", ada.categories("Nulls " + System.nanoTime(), 2));
            List<String> before = shown(ada, post);
            Database.execute(
                    "update %s set %s = null where %s".formatted(column.get(0), column.get(1), ROWS.get(column.get(0))),
                    ada.id());
            List<String> after = shown(ada, post);

            assertEquals(before.size(), after.size());
            for (int i = 0; i < after.size(); i++) {
                // The member is present, and strict JSON parsers read it.
                assertEquals(members(before.get(i)), members(after.get(i)), column + ": " + after.get(i));
            }
        }
    }

    private static List<String> shown(Account ada, int post) {
        var shown = new ArrayList<String>();
        for (String path : List.of(
                "/authentication",
                "/authentication/sessions",
                "/users/" + ada.id() + "?include=createdBy,posts",
                "/users/" + ada.id() + "/posts",
                "/posts/" + post + "?include=author,categories",
                "/posts/" + post + "/categories?include=posts")) {
            shown.add(ada.request().get(path).then().statusCode(200).extract().asString());
        }
        String lines = ada.request()
                .accept("application/x-ndjson")
                .get("/authentication/sessions")
                .asString();
        shown.add(lines.lines().findFirst().orElseThrow());
        return shown;
    }

    private static TreeSet<String> members(String json) throws Exception {
        JsonNode read = JSON.readTree(json);
        var names = new TreeSet<String>();
        (read.isArray() ? read.get(0) : read).fieldNames().forEachRemaining(names::add);
        assertTrue(names.size() > 1, json);
        return names;
    }

    @Test
    void sessionWithoutUserAgentIsListed() throws Exception {
        Account ada = Account.register();
        byte[] body = "{\"email\": \"%s\", \"password\": \"%s\"}"
                .formatted(ada.email(), Account.PASSWORD)
                .getBytes(UTF_8);

        String answer = Wire.exchange("""
                POST /authentication/log-in HTTP/1.1
                Host: localhost
                Content-Type: application/json
                Content-Length: %d
                Connection: close
                """.formatted(body.length), body);

        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        String sessions = ada.request().get("/authentication/sessions").asString();
        assertTrue(JSON.readTree(sessions).get(0).get("userAgent").isNull(), sessions);
    }
}
