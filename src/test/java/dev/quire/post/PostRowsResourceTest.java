package dev.quire.post;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The constraints of the database, against SQL run directly. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class PostRowsResourceTest {
    private static final String FOREIGN_KEY = "23503";
    private static final String UNIQUE = "23505";

    private static Account ada;

    @BeforeEach
    void register() {
        if (ada == null) {
            ada = Account.register();
        }
    }

    @Test
    void deletingAPostsRowDeletesItsLinks() throws SQLException {
        List<Integer> categories = ada.categories("Rows", 2);
        int post = ada.post("Deleted", categories);
        int other = ada.post("Stays", categories);

        assertEquals(1, Database.execute("delete from posts where id = ?", post));

        assertEquals(Map.of(), Database.links(post));
        given().get("/posts/{post}", post).then().statusCode(404);
        given().get("/posts/{post}/categories", other).then().body("id", contains(categories.toArray()));
        given().get("/categories/{id}/posts", categories.get(0)).then().body("id", contains(other));
    }

    @Test
    void deletingACategorysRowDeletesItsLinks() throws SQLException {
        int category = ada.category("Rows deleted");
        int post = ada.post("Stays", List.of(category));

        assertEquals(1, Database.execute("delete from categories where id = ?", category));

        given().get("/posts/{post}", post).then().statusCode(200).body("categories", empty());
    }

    @Test
    void aUserWithPostsCannotBeDeleted() {
        ada.post("Blocks");

        refused(FOREIGN_KEY, "posts_author_id_fkey", "delete from users where id = ?", ada.id());

        given().get("/users/{id}", ada.id()).then().statusCode(200);
    }

    @Test
    void duplicateLinkIsRefused() {
        int category = ada.category("Rows twice");
        int post = ada.post("Linked", List.of(category));

        refused(UNIQUE, "post_categories_pkey", "insert into post_categories values (?, ?)", post, category);

        given().get("/posts/{post}/categories", post).then().body("id", contains(category));
    }

    @Test
    void linkRequiresAPostAndACategory() {
        int category = ada.category("Rows linked");
        int post = ada.post("Linked");
        String link = "insert into post_categories values (?, ?)";

        refused(FOREIGN_KEY, "post_categories_category_id_fkey", link, post, Long.MAX_VALUE);
        refused(FOREIGN_KEY, "post_categories_post_id_fkey", link, Long.MAX_VALUE, category);
    }

    @Test
    void postRequiresAnAuthor() {
        String post = "insert into posts (title, content, author_id) values ('t', 'c', ?)";

        refused(FOREIGN_KEY, "posts_author_id_fkey", post, Long.MAX_VALUE);
        refused("23502", "author_id", "insert into posts (title, content) values ('t', 'c')");
    }

    @Test
    void nameIsUniqueIgnoringCase() {
        ada.category("Rows ÄRGER");

        refused(UNIQUE, "categories_name_key", "insert into categories (name) values ('rows ärger')");
    }

    private static void refused(String state, String constraint, String sql, Object... parameters) {
        SQLException refusal = assertThrows(SQLException.class, () -> Database.execute(sql, parameters));
        assertEquals(state, refusal.getSQLState());
        assertTrue(refusal.getMessage().contains(constraint), refusal::getMessage);
    }
}
