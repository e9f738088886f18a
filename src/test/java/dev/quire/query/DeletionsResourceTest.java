package dev.quire.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The deletion of a row at either end of each foreign key of the database, after a dry run of it. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class DeletionsResourceTest {
    /**
     * A row to delete, with one dependent row.
     *
     * @param list the list of the report that has the dependent row; null if only the database needs such rows
     * @param count the SQL that counts the dependent rows
     */
    private record Deletion(String path, String list, String relation, String count) {}

    private interface Preparation {
        Deletion prepare() throws SQLException;
    }

    private static final String ADDRESS = "{\"street\": \"1\", \"city\": \"London\", \"country\": \"United Kingdom\"}";

    private final Map<String, Preparation> preparations = new TreeMap<>(Map.of(
            "posts.author_id",
            () -> {
                Account ada = Account.register();
                ada.post("Deleted");
                return new Deletion(
                        user(ada, "cascade"),
                        "deleted",
                        "posts",
                        "select count(*) from posts where author_id = " + ada.id());
            },
            "comments.post_id",
            () -> {
                Account ada = Account.register();
                int post = ada.post("Commented");
                Account.admin().comment(post);
                return new Deletion(
                        "/posts/" + post,
                        "deleted",
                        "comments",
                        "select count(*) from comments where post_id = " + post);
            },
            "comments.author_id",
            () -> {
                Account ada = Account.register();
                ada.comment(Account.admin().post("Commented"));
                return new Deletion(
                        user(ada, "cascade"),
                        "deleted",
                        "comments",
                        "select count(*) from comments where author_id = " + ada.id());
            },
            "post_categories.post_id",
            () -> {
                Account ada = Account.register();
                int post = ada.post("Linked", List.of(ada.category("Of a post")));
                return new Deletion(
                        "/posts/" + post,
                        "unlinked",
                        "categories",
                        "select count(*) from post_categories where post_id = " + post);
            },
            "post_categories.category_id",
            () -> {
                Account ada = Account.register();
                int category = ada.category("With a post");
                ada.post("Linked", List.of(category));
                return new Deletion(
                        "/categories/" + category,
                        "unlinked",
                        "posts",
                        "select count(*) from post_categories where category_id = " + category);
            },
            "users.created_by_id",
            () -> {
                Account creator = Account.register();
                Account created = Account.register();
                Database.execute("update users set created_by_id = ? where id = ?", creator.id(), created.id());
                return new Deletion(
                        user(creator, "restrict"),
                        "unlinked",
                        "createdBy",
                        "select count(*) from users where created_by_id = " + creator.id());
            },
            "users.address_id",
            () -> {
                Account ada = Account.register();
                int address = ada.request(ADDRESS)
                        .put("/users/{id}/address", ada.id())
                        .path("id");
                return new Deletion(
                        user(ada, "restrict"),
                        "deleted",
                        "addresses",
                        "select count(*) from addresses where id = " + address);
            },
            "sessions.user_id",
            () -> {
                Account ada = Account.register();
                Account.logIn(ada.email(), Account.PASSWORD);
                return new Deletion(
                        user(ada, "restrict"), null, null, "select count(*) from sessions where user_id = " + ada.id());
            },
            "idempotency_keys.user_id",
            () -> {
                Account ada = Account.register();
                int category = ada.request("{\"name\": \"Kept " + ada.id() + "\"}")
                        .header("Idempotency-Key", "key")
                        .post("/categories")
                        .path("id");
                assertEquals(1, Database.count("select count(*) from categories where id = ?", category));
                return new Deletion(
                        user(ada, "restrict"),
                        null,
                        null,
                        "select count(*) from idempotency_keys where user_id = " + ada.id());
            }));

    /** The same for rows that no report lists. */
    private final Map<String, Preparation> unlisted = Map.of(
            "mails.user_id",
            () -> withRow("mails (kind, address, language, user_id) values ('RECOVERED', 'a', 'en', ?)", "mails"),
            "mail_tokens.user_id",
            () -> withRow(
                    "mail_tokens (purpose, subject, user_id, address, token_hash, code_hash, expires_at)"
                            + " values ('RECOVERY', cast(clock_timestamp() as text), ?, 'a', 'a', 'a', now())",
                    "mail_tokens"),
            "totps.user_id",
            () -> withRow("totps (user_id, secret) values (?, '')", "totps"),
            "totp_recovery_codes.user_id",
            () -> {
                Deletion deletion = withRow("totps (user_id, secret) values (?, '')", "totp_recovery_codes");
                Database.execute("insert into totp_recovery_codes select user_id, 'a' from totps where user_id = "
                        + deletion.path.replaceAll("\\D", ""));
                return deletion;
            });

    private static Deletion withRow(String row, String table) throws SQLException {
        Account ada = Account.register();
        Database.execute("insert into " + row, ada.id());
        return new Deletion(
                user(ada, "restrict"), null, null, "select count(*) from " + table + " where user_id = " + ada.id());
    }

    private static String user(Account user, String policy) {
        return "/users/" + user.id() + "?onDelete=" + policy;
    }

    @Test
    void everyForeignKeyIsCountedByADryRunAndFollowedByTheDeletion() throws SQLException {
        preparations.putAll(unlisted);
        assertEquals(foreignKeys(), preparations.keySet());

        for (var preparation : preparations.entrySet()) {
            String key = preparation.getKey();
            Deletion deletion = preparation.getValue().prepare();
            long dependents = Database.count(deletion.count);
            assertTrue(dependents > 0, key);

            JsonPath report = Account.admin()
                    .request()
                    .queryParam("dryRun", true)
                    .delete(deletion.path)
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();

            Map<String, Integer> counted = Stream.of("deleted", "unlinked", "reassigned")
                    .flatMap(list -> report.getList(list + ".relation", String.class).stream()
                            .map(relation -> Map.entry(
                                    list + " " + relation,
                                    report.getInt(list + ".find { it.relation == '" + relation + "' }.count"))))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
            counted.remove("deleted " + deletion.path.replaceAll("^/(\\w+)/.*", "$1"));
            assertEquals(
                    deletion.list == null
                            ? Map.of()
                            : Map.of(deletion.list + " " + deletion.relation, (int) dependents),
                    counted,
                    key);
            assertEquals(dependents, Database.count(deletion.count), key);

            Account.admin().request().delete(deletion.path).then().statusCode(204);

            assertEquals(0, Database.count(deletion.count), key);
        }
    }

    private static Set<String> foreignKeys() {
        return Database.rows("""
                        select c.conrelid::regclass || '.' || a.attname
                        from pg_constraint c
                        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
                        where c.connamespace = 'public'::regnamespace and c.contype = 'f'
                        """).stream()
                .map(row -> row.get(0).toString())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
