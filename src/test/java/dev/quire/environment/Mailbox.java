package dev.quire.environment;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import jakarta.mail.BodyPart;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A mail server for the service, behind a {@link TcpFaultInjector} and {@link MailFaults}, and the mails that have arrived. */
public class Mailbox implements QuarkusTestResourceLifecycleManager {
    /** The page of an app to which the links of recoveries lead. */
    public static final String RECOVERY = "https://app.quire.test/recovery";

    /** The page of an app to which the links of confirmations lead. */
    public static final String CONFIRMATION = "https://app.quire.test/confirmation";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern TOKEN =
            Pattern.compile("https://app\\.quire\\.test/[a-z]+#([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])");
    private static final Pattern CODE = Pattern.compile("(?m): ([2-9A-HJ-NP-Z]{8})$");

    private static GreenMail server;
    private static MailFaults faults;
    private static TcpFaultInjector network;

    /** Returns the network between the service and the mail server. */
    public static TcpFaultInjector network() {
        return network;
    }

    /** Returns the faults of the mail server. */
    public static MailFaults faults() {
        return faults;
    }

    private final Map<String, String> more = new HashMap<>();

    /** Adds configuration that a test needs. */
    @Override
    public void init(Map<String, String> arguments) {
        more.putAll(arguments);
    }

    @Override
    public Map<String, String> start() {
        server = new GreenMail(new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_SMTP));
        server.start();
        try {
            faults = new MailFaults(server.getSmtp().getPort());
            network = new TcpFaultInjector(faults.port());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        var configuration = new HashMap<>(Map.of(
                "quire.mail.from", "Quire <quire@quire.test>",
                "quire.mail.recovery.url", RECOVERY,
                "quire.mail.confirmation.url", CONFIRMATION,
                "quire.limits.recovery", "100000",
                "quarkus.mailer.mock", "false",
                "quarkus.mailer.start-tls", "DISABLED",
                "quarkus.mailer.host", "localhost",
                "quarkus.mailer.port", Integer.toString(network.port())));
        configuration.putAll(more);
        return configuration;
    }

    /** Starts, and returns the configuration as the variables of a packaged program. */
    public Map<String, String> startForProgram() {
        return start().entrySet().stream()
                .collect(Collectors.toMap(
                        property -> property.getKey().replaceAll("[.-]", "_").toUpperCase(Locale.ROOT),
                        Map.Entry::getValue));
    }

    @Override
    public void stop() {
        try {
            network.close();
            faults.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            server.stop();
        }
    }

    /**
     * A mail that has arrived.
     *
     * @param text its plain text
     * @param html its HTML
     */
    public record Arrived(String id, String from, String subject, String text, String html) {
        /** Returns the token in its link. */
        public String token() {
            return only(TOKEN);
        }

        /** Returns its code. */
        public String code() {
            return only(CODE);
        }

        private String only(Pattern pattern) {
            Matcher found = pattern.matcher(text);
            if (!found.find()) {
                throw new AssertionError("nothing such in " + text);
            }
            return found.group(1);
        }
    }

    /** Returns the mails to an address until now, in the order of their arrival. */
    public static List<Arrived> of(String address) {
        return Stream.of(server.getReceivedMessages())
                .filter(message -> isTo(address, message))
                .map(Mailbox::read)
                .toList();
    }

    /** Waits until there are so many mails to an address, and returns the last of these. */
    public static Arrived await(String address, int count) {
        for (Instant end = Instant.now().plus(PATIENCE); Instant.now().isBefore(end); sleep()) {
            List<Arrived> arrived = of(address);
            if (arrived.size() >= count) {
                return arrived.get(count - 1);
            }
        }
        throw new AssertionError("there are not " + count + " mails to " + address + ": "
                + of(address).stream().map(Arrived::subject).toList());
    }

    /** Waits until there is nothing to send any more. */
    public static void awaitSent() {
        for (Instant end = Instant.now().plus(PATIENCE); Instant.now().isBefore(end); sleep()) {
            if (Database.count("select count(*) from mails") == 0) {
                return;
            }
        }
        throw new AssertionError("mails wait: " + Database.rows("select kind, attempts, doubts, due_at from mails"));
    }

    private static void sleep() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isTo(String address, MimeMessage message) {
        try {
            return message.getRecipients(RecipientType.TO)[0].toString().equalsIgnoreCase(address);
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Arrived read(MimeMessage message) {
        try {
            return new Arrived(
                    message.getMessageID(),
                    GreenMailUtil.getAddressList(message.getFrom()),
                    message.getSubject(),
                    part(message, 0),
                    part(message, 1));
        } catch (MessagingException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String part(MimeMessage message, int place) throws MessagingException, IOException {
        BodyPart part = ((Multipart) message.getContent()).getBodyPart(place);
        return part.getContent().toString().replace("\r\n", "\n");
    }
}
