package dev.quire;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documentation names the operations, problems, annotations and tables that exist. */
class DocumentationTest {
    private static final Path API = Path.of("docs", "api.md");

    @Test
    void theTableOfOperationsIsComplete() throws IOException {
        JsonNode paths = new ObjectMapper()
                .readTree(Path.of("src", "main", "openapi", "openapi.json").toFile())
                .path("paths");
        var operations = new TreeSet<String>();
        paths.properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(
                                method -> operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));

        assertEquals(operations, found("(?m)^\\| `([A-Z]+ /\\S*)` \\|", section(API, "## Operations")));
    }

    @Test
    void theTableOfProblemsIsComplete() throws IOException {
        Set<String> kinds = Stream.of(Problem.Kind.values())
                .map(Problem.Kind::uri)
                .filter(uri -> !uri.equals("about:blank"))
                .map(uri -> uri.substring(uri.lastIndexOf(':') + 1))
                .collect(toCollection(TreeSet::new));

        assertEquals(kinds, found("`urn:quire:problem:([a-z-]+)`", section(API, "## Problems")));
    }

    @Test
    void documentedRelationsHaveTheAnnotationsOfTheEntities() throws IOException {
        String entities = all(Path.of("src", "main", "java", "dev", "quire", "model"), ".java");
        List<String> shown = blocks("java");

        assertFalse(shown.isEmpty());
        shown.forEach(block -> assertTrue(entities.contains(block), block));
    }

    @Test
    void documentedTablesAreThoseOfTheMigrations() throws IOException {
        String migrations = all(Path.of("src", "main", "resources", "db", "migration"), ".sql");
        List<String> shown = blocks("sql").stream()
                .filter(block -> block.contains("constraint "))
                .flatMap(String::lines)
                .toList();

        assertFalse(shown.isEmpty());
        shown.forEach(line -> assertTrue(migrations.contains(line), line));
    }

    private static List<String> blocks(String language) throws IOException {
        return Pattern.compile("(?s)```" + language + "\n(.*?)```")
                .matcher(Files.readString(Path.of("docs", "relationships.md")))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    private static String section(Path file, String heading) throws IOException {
        String text = Files.readString(file);
        int start = text.indexOf("\n" + heading + "\n");
        int end = text.indexOf("\n## ", start + 1);
        return text.substring(start, end);
    }

    private static String all(Path folder, String ending) throws IOException {
        var text = new StringBuilder();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(ending)).toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    private static Set<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(toCollection(TreeSet::new));
    }
}
