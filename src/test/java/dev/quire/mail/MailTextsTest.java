package dev.quire.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each language has all texts of all mails. */
class MailTextsTest {
    private static final Path FOLDER = Path.of("src", "main", "resources", "mails");

    @Test
    void eachLanguageHasEachText() throws IOException {
        var keys = new TreeSet<>(Set.of("greeting", "greeting.unknown", "link", "code", "expiry", "expiry.link"));
        for (MailKind kind : MailKind.values()) {
            for (String part : Set.of("subject", "text", "end")) {
                keys.add(kind.key() + "." + part);
            }
        }
        for (String language : MailLanguage.ALL) {
            var texts = new Properties();
            texts.load(new StringReader(Files.readString(FOLDER.resolve(language + ".properties"))));

            assertEquals(keys, new TreeSet<>(texts.stringPropertyNames()), language);
            assertTrue(texts.getProperty("greeting").contains("{name}"), language);
            texts.forEach((key, text) -> assertFalse(text.toString().isBlank(), language + " " + key));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "null                        | en",
                "de                          | de",
                "de-CH, en                   | de",
                "en;q=0.5, es;q=0.9          | es",
                "es;q=0, nb                  | nb",
                "no                          | nb",
                "nn-NO                       | nb",
                "fr, zh                      | en",
                "*                           | en",
                ";;;                         | en"
            })
    void preferredLanguageIsChosen(String accepted, String language) {
        assertEquals(language, MailLanguage.of(accepted));
    }

    @Test
    void longListOfLanguagesIsNotRead() {
        assertEquals("en", MailLanguage.of("de" + ", fr".repeat(50)));
    }
}
