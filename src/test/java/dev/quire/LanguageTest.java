package dev.quire;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The English of comments, documentation and names of tests, as far as a machine can check it. */
class LanguageTest {
    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final Path TESTS = Path.of("src", "test", "java");

    /** Text blocks, strings and characters, in which no comment begins; and comments. */
    private static final Pattern TOKEN = Pattern.compile(
            "\"\"\"(?:\\\\.|(?!\"\"\").)*+\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*+\"|'(?:\\\\.|[^'\\\\])'"
                    + "|//[^\n]*+|/\\*(?:(?!\\*/).)*+\\*/",
            Pattern.DOTALL);

    private static final Pattern TAG = Pattern.compile("\\{@\\w+ ([^}]*)}");
    private static final Pattern WORD = Pattern.compile("[A-Za-z][\\w'-]*");

    /** A javadoc begins with a verb or a noun. */
    private static final Set<String> NEVER_FIRST =
            Set.of("what", "who", "whose", "which", "whether", "how", "those", "of", "for", "from");

    private static final Set<String> CRYPTIC = Set.of("what", "who", "whose");

    /** A test whose name begins in the middle of a sentence. */
    private static final Pattern CRYPTIC_NAME = Pattern.compile(
            "\\b(?:void|ArchRule) ((?:what|who|whom|whose|whoever|whatever|which|whichever|how|nor|so|of|and"
                    + "|or|but|those)[A-Z]\\w*)");

    /** Code in Markdown: blocks, and spans. */
    private static final Pattern MARKDOWN_CODE = Pattern.compile("(?s)```.*?```|`[^`]*`");

    /** The highest share of the cryptic words among all words. */
    private static final double MAX_SHARE = 0.003;

    /** The text of each file. */
    private static final Map<Path, String> FILES = new TreeMap<>();

    @BeforeAll
    static void readFiles() throws IOException {
        for (Path root : List.of(SOURCES, TESTS)) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    FILES.put(file, Files.readString(file));
                }
            }
        }
    }

    private static List<String> comments(String source) {
        var comments = new ArrayList<String>();
        TOKEN.matcher(source)
                .results()
                .map(token -> token.group())
                .filter(LanguageTest::isComment)
                .forEach(comments::add);
        return comments;
    }

    private static boolean isComment(String token) {
        return token.startsWith("//") || token.startsWith("/*");
    }

    private static List<String> words(String comment) {
        return WORD.matcher(TAG.matcher(comment).replaceAll("$1"))
                .results()
                .map(word -> word.group().toLowerCase(Locale.ROOT))
                .toList();
    }

    @Test
    void javadocsBeginWithAVerbOrANoun() {
        String wrong = FILES.entrySet().stream()
                .flatMap(file -> comments(file.getValue()).stream()
                        .filter(comment -> comment.startsWith("/**"))
                        .filter(comment -> words(comment).stream()
                                .findFirst()
                                .filter(NEVER_FIRST::contains)
                                .isPresent())
                        .map(comment -> file.getKey() + ": " + comment))
                .collect(joining("\n"));

        assertEquals("", wrong);
    }

    @Test
    void crypticWordsAreRareInComments() {
        assertCrypticWordsAreRare(10_000, wordsOfComments(SOURCES));
    }

    @Test
    void crypticWordsAreRareInCommentsOfTests() {
        assertCrypticWordsAreRare(5_000, wordsOfComments(TESTS));
    }

    private static List<String> wordsOfComments(Path root) {
        return FILES.entrySet().stream()
                .filter(file -> file.getKey().startsWith(root))
                .flatMap(file -> comments(file.getValue()).stream())
                .flatMap(comment -> words(comment).stream())
                .toList();
    }

    @Test
    void namesOfTestsBeginWithASubject() {
        String wrong = FILES.entrySet().stream()
                .filter(file -> file.getKey().startsWith(TESTS))
                .flatMap(file -> CRYPTIC_NAME
                        .matcher(file.getValue())
                        .results()
                        .map(name -> file.getKey() + ": " + name.group(1)))
                .collect(joining("\n"));

        assertEquals("", wrong);
    }

    @Test
    void crypticWordsAreRareInTheDocumentation() throws IOException {
        var words = new ArrayList<String>();
        try (Stream<Path> top = Files.list(Path.of(""));
                Stream<Path> docs = Files.walk(Path.of("docs"))) {
            for (Path file : Stream.concat(top, docs)
                    .filter(path -> path.toString().endsWith(".md"))
                    .toList()) {
                words.addAll(words(MARKDOWN_CODE.matcher(Files.readString(file)).replaceAll("")));
            }
        }

        assertCrypticWordsAreRare(5_000, words);
    }

    private static void assertCrypticWordsAreRare(int least, List<String> words) {
        long cryptic = words.stream().filter(CRYPTIC::contains).count();

        assertTrue(words.size() > least, "too little text: " + words.size());
        assertTrue(cryptic < MAX_SHARE * words.size(), cryptic + " of " + words.size());
    }
}
