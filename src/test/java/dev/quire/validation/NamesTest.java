package dev.quire.validation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The equality of names in Java, in PostgreSQL, and in rows stored before. */
class NamesTest {
    private static EmbeddedPostgres postgres;
    private static Connection connection;

    /** A cluster that knows no letters but those of ASCII, with rows of the last release. */
    @BeforeAll
    static void migrate() throws Exception {
        postgres = EmbeddedPostgres.builder().setLocaleConfig("locale", "C").start();
        connection = postgres.getPostgresDatabase().getConnection();
        flyway("8").migrate();
        execute(
                "insert into users (email, name, password_hash) values ('ada@quire.test', 'Ada', 'x')",
                "insert into posts (title, content, author_id) select 'Post ' || n, 'Content', 1 from generate_series(1, 4) n",
                "insert into categories (name) values"
                        + " ('Kotlin'), (E'Kotlin\\u00A0'), ('ma\u00df'), ('MASS'), (E'\\u200B'), (E'\\u2060'), ('Java'), (E'\\uFB01'), ('fi')",
                "insert into post_categories (post_id, category_id) values (1, 1), (1, 2), (2, 2), (3, 4), (4, 5), (4, 7), (1, 9)");
        flyway("latest").migrate();
        execute("""
                create temporary table characters as
                select code, chr(code) as character, fold(chr(code)) as folded
                from generate_series(1, 1114111) code where code not between 55296 and 57343
                """);
    }

    @AfterAll
    static void stop() throws SQLException, IOException {
        connection.close();
        postgres.close();
    }

    private static Flyway flyway(String target) {
        return Flyway.configure()
                .dataSource(postgres.getPostgresDatabase())
                .target(target)
                .load();
    }

    @Test
    void migrationMergesCategoriesOfEqualNames() throws SQLException {
        assertEquals(
                List.of("1 Kotlin", "3 ma\u00df", "5 Unnamed category 5", "6 Unnamed category 6", "7 Java", "8 \ufb01"),
                rows("select id || ' ' || name from categories order by id"));
        assertEquals(
                List.of("1 1", "1 8", "2 1", "3 3", "4 5", "4 7"),
                rows("select post_id || ' ' || category_id from post_categories order by post_id, category_id"));
    }

    @Test
    void javaAndPostgreSqlTreatTheSameCharactersAsBlank() throws SQLException {
        var different = new ArrayList<String>();
        try (Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.setFetchSize(10_000);
            try (ResultSet rows = statement.executeQuery("""
                    select character, folded = '', trim_spaces(character || 'a' || character) = 'a',
                      folded = '' and fold(character || 'a' || character) = 'a'
                    from characters
                    """)) {
                while (rows.next()) {
                    String character = rows.getString(1);
                    boolean isBlank = Blanks.isBlank(character);
                    boolean isTrimmed = Blanks.trim(character + "a" + character).equals("a");
                    if (isBlank != rows.getBoolean(2)
                            || isTrimmed != rows.getBoolean(3)
                            || isBlank != rows.getBoolean(4)) {
                        different.add(Integer.toHexString(character.codePointAt(0)));
                    }
                }
            } finally {
                connection.setAutoCommit(true);
            }
        }
        assertEquals(List.of(), different);
    }

    @Test
    void namesFoldCaseAndUnicodeForm() throws SQLException {
        for (String form : List.of(
                "folded",
                "upper(character collate \"und-x-icu\")",
                "lower(character collate \"und-x-icu\")",
                "normalize(character, NFC)",
                "normalize(character, NFD)",
                "normalize(character, NFKC)",
                "normalize(character, NFKD)")) {
            assertEquals(
                    List.of(),
                    rows("select to_hex(code) from characters where " + form + " <> character and fold(" + form
                            + ") <> folded limit 20"),
                    form);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "J\u030cus, \u01f0us",
        "ma\u00df, MASS",
        "\u00b5C, \u03bcC",
        "\u03bf\u03b4\u03bf\u03c3, \u039f\u0394\u039f\u03a3",
        "'Kotlin', 'Kotlin\u00a0'",
        "\ufb01, fi",
        "Kotlin, Kot\u00adlin",
        "Kotlin, \u200bKOTLIN",
        "\u2764\ufe0f, \u2764",
        "caf\u00e9, CAFE\u0301",
        "\uff2botlin, kotlin",
        "\u1e9e, ss"
    })
    void equivalentNamesFoldToTheSame(String one, String other) throws SQLException {
        assertEquals(fold(one), fold(other));
    }

    @ParameterizedTest
    @CsvSource({"Java, Jav", "cafe, caf\u00e9", "a b, ab", "C, C#", "\u4e2d, \u56fd"})
    void differentNamesFoldDifferently(String one, String other) throws SQLException {
        assertNotEquals(fold(one), fold(other));
    }

    private static String fold(String name) throws SQLException {
        try (var statement = connection.prepareStatement("select fold(?)")) {
            statement.setString(1, name);
            try (ResultSet folded = statement.executeQuery()) {
                folded.next();
                return folded.getString(1);
            }
        }
    }

    private static void execute(String... all) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : all) {
                statement.execute(sql);
            }
        }
    }

    private static List<String> rows(String sql) throws SQLException {
        var rows = new ArrayList<String>();
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        return rows;
    }
}
