package dev.quire.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The words of random texts, and each pair of neighbouring words, which are found on a cluster that knows no letters
 * but those of ASCII.
 */
class SearchTest {
    /** First and last code point of letters, and a mark that they may have. */
    private static final int[][] SCRIPTS = {
        {'a', 'z', 0x301},
        {'A', 'Z', 0x308},
        {'0', '9', 0},
        {0xe0, 0xf6, 0},
        {0x391, 0x3a1, 0x301},
        {0x3b1, 0x3c9, 0},
        {0x390, 0x390, 0},
        {0x1f80, 0x1f87, 0},
        {0x410, 0x44f, 0x306},
        {0x531, 0x556, 0},
        {0x5d0, 0x5ea, 0x5b8},
        {0x627, 0x64a, 0x64e},
        {0x905, 0x939, 0x93f},
        {0x1208, 0x1246, 0},
        {0x1e00, 0x1e95, 0},
        {0x10400, 0x1044f, 0}
    };

    /** Letters of scripts without spaces. */
    private static final int[][] RUNS = {
        {0x4e00, 0x4fff}, {0x3041, 0x3090}, {0x30a1, 0x30f0}, {0xac00, 0xadff}, {0xe01, 0xe2e}, {0x20000, 0x200ff}
    };

    private static final String[] SEPARATORS = {
        " ", "\n", "\t", ", ", ". ", ".", "/", "-", "_", "<", "> ", "</", "&", "&#", "; ", " (", ") ", "'", "\"",
        "\u00a0", "\u2014", "\u3002", "\u3000", "\u00ab", "://", "?", "#", "@", "\\", "%", "+", "=", "|", "~", "^", "`",
        "\u20ac", "\u00d7"
    };

    private static EmbeddedPostgres postgres;
    private static Connection connection;

    @BeforeAll
    static void migrate() throws Exception {
        postgres = EmbeddedPostgres.builder().setLocaleConfig("locale", "C").start();
        Flyway.configure().dataSource(postgres.getPostgresDatabase()).load().migrate();
        connection = postgres.getPostgresDatabase().getConnection();
    }

    @AfterAll
    static void stop() throws SQLException, IOException {
        connection.close();
        postgres.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyWordIsFound(long seed) throws SQLException {
        var random = new Random(seed);
        for (int i = 0; i < 100; i++) {
            var words = new ArrayList<String>();
            var text = new StringBuilder();
            for (int length = 1 + random.nextInt(30); length > 0; length--) {
                String word = word(random);
                words.add(word);
                text.append(word).append(SEPARATORS[random.nextInt(SEPARATORS.length)]);
            }
            var missing = new ArrayList<String>();
            for (int at = 0; at < words.size(); at++) {
                String one = words.get(at);
                find(text.toString(), one, missing);
                find(text.toString(), one.toUpperCase(Locale.ROOT), missing);
                if (at > 0) {
                    find(text.toString(), '"' + words.get(at - 1) + " " + one + '"', missing);
                }
            }
            assertEquals(List.of(), missing, text::toString);
        }
    }

    /** Texts with more words than the index holds are searched directly; this compares both ways for shorter ones. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void indexAndTextFindTheSame(long seed) throws SQLException {
        var random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            String text = letters(random);
            String query = letters(random);
            boolean[] found = find(text, query);
            assertEquals(found[0], found[1], () -> query + " in " + text);
        }
    }

    private static String letters(Random random) {
        String[] letters = {"a", "b", "\u65e5", "\u672c", "\u0e01", "\ud83d\ude80", " ", " ", "-", "\"", ".", " or "};
        var text = new StringBuilder();
        for (int length = 1 + random.nextInt(10); length > 0; length--) {
            text.append(letters[random.nextInt(letters.length)]);
        }
        return text.toString();
    }

    private static void find(String text, String query, List<String> missing) throws SQLException {
        boolean[] found = find(text, query);
        if (!found[0] || !found[1]) {
            missing.add(query + " " + found[0] + " " + found[1]);
        }
    }

    /** Searches by the index, and by the text; with the collations of the table. */
    private static boolean[] find(String text, String query) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select coalesce(search_vector(title || ' ' || content) @@ search_query(?), false),
                  search_matches(search_text(title || ' ' || content), ?)
                from (select cast('' as text) collate "und-x-icu" title, cast(? as text) content) posts
                """)) {
            statement.setString(1, query);
            statement.setString(2, query);
            statement.setString(3, text);
            try (ResultSet found = statement.executeQuery()) {
                found.next();
                return new boolean[] {found.getBoolean(1), found.getBoolean(2)};
            }
        }
    }

    private static String word(Random random) {
        int kind = random.nextInt(10);
        if (kind == 0) {
            return Character.toString(0x1f600 + random.nextInt(0x40));
        }
        if (kind == 1) {
            int[] run = RUNS[random.nextInt(RUNS.length)];
            return letters(random, run[0], run[1], 0);
        }
        if (kind == 2) {
            // Some of them begin with a number such as 1e5.
            return Long.toHexString(random.nextLong());
        }
        int[] script = SCRIPTS[random.nextInt(SCRIPTS.length)];
        return letters(random, script[0], script[1], script[2]);
    }

    private static String letters(Random random, int first, int last, int mark) {
        var word = new StringBuilder();
        for (int length = 1 + random.nextInt(8); length > 0; length--) {
            word.appendCodePoint(first + random.nextInt(last - first + 1));
            if (mark > 0 && random.nextInt(4) == 0) {
                word.appendCodePoint(mark);
            }
        }
        // An operator in a query is not a word.
        return word.toString().equalsIgnoreCase("or") ? "x" : word.toString();
    }
}
