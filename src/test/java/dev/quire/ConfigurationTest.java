package dev.quire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The variables known at the start, compared with those of the code, the documentation and the manifests. */
class ConfigurationTest {
    @Test
    void theDocumentationNamesEachVariable() throws IOException {
        String table = Files.lines(Path.of("docs", "operations.md"))
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|")[1])
                .filter(cell -> !cell.contains("quire-"))
                .collect(Collectors.joining("\n"));

        assertEquals(Configuration.known(), found("QUIRE_[A-Z_]+", table));
    }

    @Test
    void settingsAreReadOnlyThroughCheckedMappings() throws IOException {
        var mappings = new TreeSet<String>();
        try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".java")).toList()) {
                String code = Files.readString(file);
                assertFalse(
                        Pattern.compile("@ConfigProperty\\(\\s*name\\s*=\\s*\"quire")
                                .matcher(code)
                                .find(),
                        "" + file);
                if (code.contains("@ConfigMapping(")) {
                    mappings.add(file.getFileName().toString().replace(".java", ""));
                }
            }
        }

        assertEquals(
                mappings,
                Configuration.SETTINGS.stream()
                        .map(Class::getSimpleName)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void variablesOfTheManifestsAreKnown() throws IOException {
        var names = new TreeSet<String>();
        try (Stream<Path> files = Files.list(Path.of("src", "main", "kubernetes"))) {
            for (Path file : files.toList()) {
                names.addAll(found("QUIRE_[A-Z_]+", Files.readString(file)));
            }
        }
        // Only the variables of the service; the passwords of roles are PostgreSQL's, and the folder of keys is
        // Compose's.
        String compose = Files.readString(Path.of("docker", "compose.yaml"));
        names.addAll(found("(?m)^ +QUIRE_[A-Z_]+", compose.substring(compose.indexOf("  migration:"))));

        assertFalse(names.isEmpty());
        assertEquals(List.of(), Configuration.unknown(names));
    }

    @Test
    void unknownVariablesAreReportedWithASuggestion() {
        assertEquals(
                List.of("QUIRE_LIMTS_LOG_IN (QUIRE_LIMITS_LOG_IN?)", "QUIRE_WHATEVER"),
                Configuration.unknown(Set.of("QUIRE_WHATEVER", "QUIRE_LIMTS_LOG_IN", "QUIRE_LIMITS_LOG_IN", "PATH")));
    }

    @Test
    void serviceVariablesOfKubernetesAreNotReported() {
        assertEquals(
                List.of(),
                Configuration.unknown(Set.of(
                        "QUIRE_SERVICE_HOST",
                        "QUIRE_SERVICE_PORT",
                        "QUIRE_SERVICE_PORT_HTTP",
                        "QUIRE_PORT",
                        "QUIRE_PORT_80_TCP",
                        "QUIRE_PORT_80_TCP_PROTO",
                        "QUIRE_PORT_80_TCP_PORT",
                        "QUIRE_PORT_80_TCP_ADDR",
                        "QUIRE_POSTGRESQL_SERVICE_HOST",
                        "QUIRE_POSTGRESQL_PORT_5432_TCP_ADDR")));
    }

    private static Set<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .map(String::trim)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
