package dev.quire.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** SQL, and the names of tables and columns, which stand beside the entities and nowhere else. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class SqlPlacementTest {
    private static final Path SOURCES = Path.of("src", "main", "java", "dev", "quire");

    private static final List<String> PLACES = List.of("model", "query", "database");

    /** Tables that are no entities, each with the only class that knows it. */
    private static final Map<String, String> OWNERS = Map.of(
            "AttemptThrottle.java", "attempts",
            "IdempotencyKeys.java", "idempotency_keys",
            "MailTokens.java", "mail_tokens",
            "Outbox.java", "mails",
            "Revocations.java", "revocations",
            "Totps.java", "totp");

    private static final Pattern COMMENT_OR_STRING = Pattern.compile(
            "//[^\n]*+|/\\*(?:(?!\\*/).)*+\\*/|\"\"\".*?\"\"\"|\"((?:\\\\.|[^\"\\\\\n])*+)\"|'(?:\\\\.|[^'\\\\])'",
            Pattern.DOTALL);

    private static final Pattern SQL = Pattern.compile(
            "(?i)\\bselect\\b.+\\bfrom\\b|\\binsert into\\b|\\bupdate \\w+ set\\b|\\bdelete from\\b|^ ?where ");

    @Test
    void sqlIsWrittenOnlyBesideTheEntities() throws IOException {
        Pattern names = Database.rows("""
                        select table_name from information_schema.columns where table_schema = current_schema()
                          and table_name like '%\\_%' and table_name <> 'flyway_schema_history'
                        union
                        select column_name from information_schema.columns where table_schema = current_schema()
                          and column_name like '%\\_%' and table_name <> 'flyway_schema_history'
                        """).stream()
                .map(row -> row.get(0).toString())
                .collect(Collectors.collectingAndThen(Collectors.joining("|", "\\b(", ")\\b"), Pattern::compile));
        assertTrue(names.matcher("the author_id of posts").find(), names::pattern);

        var found = new ArrayList<String>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                String place = SOURCES.relativize(file).getName(0).toString();
                String owned = OWNERS.get(file.getFileName().toString());
                if (PLACES.contains(place)) {
                    continue;
                }
                COMMENT_OR_STRING
                        .matcher(Files.readString(file))
                        .results()
                        .map(MatchResult::group)
                        .filter(text -> text.startsWith("\""))
                        .filter(text -> owned == null
                                ? SQL.matcher(text).find()
                                        || names.matcher(text).find()
                                : SQL.matcher(text).find() && !text.contains(owned) && !text.contains("where"))
                        .forEach(text -> found.add(file.getFileName() + ": " + text));
            }
        }
        assertEquals(List.of(), found);
    }
}
