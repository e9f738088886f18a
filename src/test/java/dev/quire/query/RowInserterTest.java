package dev.quire.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.category.CategoryService;
import dev.quire.comment.CommentService;
import dev.quire.http.FieldParameters;
import dev.quire.model.Post;
import dev.quire.model.User;
import dev.quire.post.PostService;
import dev.quire.user.AddressService;
import dev.quire.user.UserService;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The statement that inserts a post, which returns any representation of posts as later reads do. */
class RowInserterTest {
    private static final Representation WRITER = Representation.of(User.class, "Writer")
            .show("id", "email")
            .embed("address", "Address")
            .embed("createdBy", "Author")
            .offer("posts", "Post", 10)
            .count("postCount", "posts");

    private static final Representation ARTICLE = Representation.of(Post.class, "Article")
            .show("id", "version", "title", "createdAt")
            .embed("author", "Writer")
            .embed("categories", "Category");

    private static final Representations REPRESENTATIONS = new Representations(List.of(
            ARTICLE,
            WRITER,
            PostService.POSTS.representation(),
            CommentService.COMMENTS.representation(),
            CategoryService.CATEGORY,
            UserService.USER,
            UserService.AUTHOR,
            AddressService.ADDRESSES.representation()));

    private static EmbeddedPostgres postgres;
    private static Connection connection;

    @BeforeAll
    static void start() throws IOException, SQLException {
        postgres = EmbeddedPostgres.start();
        Flyway.configure().dataSource(postgres.getPostgresDatabase()).load().migrate();
        connection = postgres.getPostgresDatabase().getConnection();
    }

    @AfterAll
    static void stop() throws SQLException, IOException {
        connection.close();
        postgres.close();
    }

    @BeforeEach
    void fill() throws SQLException {
        connection.createStatement().execute("""
                truncate addresses, users, categories, posts restart identity cascade;
                insert into addresses (street, city, country) values ('1 Draper Lane', 'Cambridge', 'United States');
                insert into users (email, name, password_hash) values ('grace@example.org', 'Grace', 'none');
                insert into users (email, name, password_hash, address_id, created_by_id)
                  values ('margaret@example.org', 'Margaret', 'none', 1, 1);
                insert into categories (name) values ('Space'), ('Computing'), ('History');
                insert into posts (title, content, author_id) values ('Old', 'Has been there.', 2);
                insert into post_categories (post_id, category_id) values (1, 1), (1, 3);
                """);
    }

    @Test
    void defaultRepresentationIsReturned() throws SQLException {
        Map<Long, String> inserted = insert(projection(PostService.POSTS.representation(), null, null), "");

        assertTrue(inserted.get(2L).contains("\"author\":{\"id\":2,\"name\":\"Margaret\"}"), inserted::toString);
        assertTrue(inserted.get(2L).contains("[{\"id\":2,\"name\":\"Computing\"},{\"id\":1,\"name\":\"Space\"}]"));
        assertTrue(inserted.get(4L).contains("\"categories\":[]"), inserted::toString);
    }

    @Test
    void relationToAnotherTableIsReturned() throws SQLException {
        Map<Long, String> inserted = insert(projection(ARTICLE, null, null), " skip locked");

        assertTrue(inserted.get(2L).contains("\"street\":\"1 Draper Lane\""), inserted::toString);
        assertTrue(inserted.get(2L).contains("\"createdBy\":{\"id\":1,\"name\":\"Grace\"}"), inserted::toString);
    }

    @Test
    void relationBackToPostsIsReturned() throws SQLException {
        Map<Long, String> inserted = insert(projection(ARTICLE, "author.posts,categories.posts", null), "");

        assertTrue(inserted.get(2L).contains("\"title\":\"Old\""), inserted::toString);
        assertTrue(inserted.get(2L).contains("\"postCount\":3"), inserted::toString);
    }

    @Test
    void countOfPostsIsReturned() throws SQLException {
        Map<Long, String> inserted = insert(projection(ARTICLE, null, "author.postCount,categories.postCount"), "");

        assertEquals(
                "{\"author\":{\"postCount\":3},\"categories\":[{\"postCount\":1},{\"postCount\":3}]}",
                inserted.get(2L));
    }

    /** The query after it would read the expression instead. */
    @Test
    void noCommonTableExpressionHasTheNameOfATable() throws SQLException {
        List<String> names = Pattern.compile("(\\w+) as \\(")
                .matcher(Post.INSERT)
                .results()
                .map(name -> name.group(1))
                .toList();

        assertTrue(names.containsAll(Post.INSERTED.values()), names::toString);
        try (ResultSet tables = connection.getMetaData().getTables(null, "public", null, new String[] {"TABLE"})) {
            while (tables.next()) {
                assertFalse(names.contains(tables.getString("TABLE_NAME")), tables.getString("TABLE_NAME"));
            }
        }
    }

    private static Projection projection(Representation representation, String include, String fields) {
        return REPRESENTATIONS.select(representation, new FieldParameters() {
            @Override
            public String include() {
                return include;
            }

            @Override
            public String fields() {
                return fields;
            }
        });
    }

    private static Post post(String title, String content) {
        var post = new Post();
        post.title = title;
        post.content = content;
        return post;
    }

    /** Inserts three posts in one statement, and requires that each is returned as by a later read. */
    private Map<Long, String> insert(Projection projection, String lock) throws SQLException {
        var inserted = new TreeMap<Long, String>();
        String sql = RowInserter.sql(SqlText.ofStatement(), projection, Post.INSERT, lock, Post.INSERTED);
        try (PreparedStatement insert = connection.prepareStatement(sql.replaceAll("\\$\\d", "?"))) {
            Object[][] values = {
                {11, 12, 13},
                {2, 2, 1},
                {"{1,2}", "{1}", "{}"},
                {"2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "2030-01-02T00:00:00Z"}
            };
            for (int i = 0; i < values.length; i++) {
                insert.setArray(i + 1, connection.createArrayOf(i < 2 ? "bigint" : "text", values[i]));
            }
            List<List<String>> attributes = Stream.of(post("New", "One"), post("Newer", "Two"), post("Newest", "Three"))
                    .map(EntityMapping.of(Post.class)::ownValues)
                    .toList();
            for (int i = 0; i < attributes.get(0).size(); i++) {
                int column = i;
                insert.setArray(
                        values.length + i + 1,
                        connection.createArrayOf(
                                "text",
                                attributes.stream().map(row -> row.get(column)).toArray()));
            }
            try (ResultSet rows = insert.executeQuery()) {
                while (rows.next()) {
                    assertEquals(rows.getLong("id") + 9, rows.getLong("ticket"));
                    inserted.put(rows.getLong("id"), rows.getString(3));
                }
            }
        }
        assertEquals(List.of(2L, 3L, 4L), List.copyOf(inserted.keySet()));
        for (var row : inserted.entrySet()) {
            String read = QueryBuilder.object(SqlText.ofStatement(), projection, Filter.of("r0.id = " + row.getKey()))
                    .sql();
            try (ResultSet rows = connection.createStatement().executeQuery(read)) {
                rows.next();
                assertEquals(rows.getString(1), row.getValue());
            }
        }
        return inserted;
    }
}
