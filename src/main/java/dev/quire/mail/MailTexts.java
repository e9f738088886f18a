package dev.quire.mail;

import dev.quire.mail.MailTokens.Issued;
import io.quarkus.qute.Location;
import io.quarkus.qute.Template;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The texts of mails in each language. Of what users have entered, they contain the name only. */
@Singleton
class MailTexts {
    /** A name that mail programs would turn into a link. Anybody can register the email of somebody else. */
    private static final Pattern LINK = Pattern.compile("(?i)://|www\\.|[\\p{L}\\p{N}]\\.[\\p{L}\\p{N}]{2,}");

    private final Template text;
    private final Template html;
    private final MailSettings settings;
    private final Map<String, Properties> texts =
            MailLanguage.ALL.stream().collect(Collectors.toMap(Function.identity(), MailTexts::read));

    MailTexts(@Location("mail.txt") Template text, @Location("mail.html") Template html, MailSettings settings) {
        this.text = text;
        this.html = html;
        this.settings = settings;
    }

    private static Properties read(String language) {
        var read = new Properties();
        ClassLoader classes = Thread.currentThread().getContextClassLoader();
        try (InputStream file = classes.getResourceAsStream("mails/" + language + ".properties")) {
            read.load(new InputStreamReader(file, StandardCharsets.UTF_8));
            return read;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes a mail.
     *
     * @param name the name of the addressee; null when it is not known
     * @param issued the token and the code; null for a mail without them
     */
    Letter write(MailKind kind, String language, String address, String name, Issued issued) {
        Properties words = texts.get(language);
        String greeting = name == null || LINK.matcher(name).find()
                ? words.getProperty("greeting.unknown")
                : words.getProperty("greeting").replace("{name}", name);
        var values = new HashMap<String, Object>();
        values.put("language", language);
        values.put("subject", words.getProperty(kind.key() + ".subject"));
        values.put("greeting", greeting);
        values.put("text", words.getProperty(kind.key() + ".text"));
        values.put("end", words.getProperty(kind.key() + ".end"));
        values.put("linkHint", words.getProperty("link"));
        values.put("codeHint", words.getProperty("code"));
        values.put("expiry", words.getProperty(hasCode(kind) ? "expiry" : "expiry.link"));
        values.put("link", link(kind, issued));
        values.put("code", hasCode(kind) && issued != null ? issued.code() : null);
        values.put("once", issued != null);
        return new Letter(
                address,
                (String) values.get("subject"),
                text.data(values).render(),
                html.data(values).render());
    }

    /** Returns the link, whose token is behind the {@code #}: browsers send that part to no server and in no referrer. */
    private String link(MailKind kind, Issued issued) {
        return switch (kind) {
            case RECOVERY, INVITATION, CHANGED -> settings.recoveryUrl().orElseThrow() + "#" + issued.token();
            case CONFIRMATION, REGISTRATION -> settings.confirmationUrl().orElseThrow() + "#" + issued.token();
            case TAKEN, RECOVERED, CHANGING -> settings.recoveryUrl().orElseThrow();
        };
    }

    private static boolean hasCode(MailKind kind) {
        return switch (kind) {
            case RECOVERY, INVITATION, CONFIRMATION -> true;
            case REGISTRATION, TAKEN, RECOVERED, CHANGING, CHANGED -> false;
        };
    }
}
