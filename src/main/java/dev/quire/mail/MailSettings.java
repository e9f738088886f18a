package dev.quire.mail;

import dev.quire.validation.Converters.Switch;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import jakarta.validation.constraints.Pattern;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The settings of mails. Without a sender there are none, and the operations that need them are not there. */
@ConfigMapping(prefix = "quire")
public interface MailSettings {
    String SENDER = "(?:[^\\p{Cntrl}<>\"]+ <[^\\s<>@]+@[^\\s<>@]+>)|[^\\s<>@]+@[^\\s<>@]+";
    String PAGE = "https?://[^\\s#]+";
    String NO_PAGE = "must be the address of a page, https://HOST/PATH, without a fragment";

    /** Returns the sender of all mails. */
    @WithName("mail.from")
    Optional<@Pattern(regexp = SENDER, message = "must be an email address, or NAME <ADDRESS>") String> from();

    /** Returns the page of an app that takes the token of a recovery behind the {@code #}. */
    @WithName("mail.recovery.url")
    Optional<@Pattern(regexp = PAGE, message = NO_PAGE) String> recoveryUrl();

    /** Returns the page of an app that takes the token of a confirmation behind the {@code #}. */
    @WithName("mail.confirmation.url")
    Optional<@Pattern(regexp = PAGE, message = NO_PAGE) String> confirmationUrl();

    /** Returns whether a registration is answered alike for every email, and finished by mail. */
    @WithName("registration.discreet")
    @WithDefault("false")
    @WithConverter(Switch.class)
    boolean discreet();

    /** Returns the faults of the values in combination, by variable. */
    static Map<String, String> faults(MailSettings settings) {
        var faults = new LinkedHashMap<String, String>();
        if (settings.from().isPresent() && settings.recoveryUrl().isEmpty()) {
            faults.put("QUIRE_MAIL_RECOVERY_URL", "is required beside QUIRE_MAIL_FROM");
        }
        if (settings.from().isPresent() && settings.confirmationUrl().isEmpty()) {
            faults.put("QUIRE_MAIL_CONFIRMATION_URL", "is required beside QUIRE_MAIL_FROM");
        }
        if (settings.discreet() && settings.from().isEmpty()) {
            faults.put("QUIRE_MAIL_FROM", "is required beside QUIRE_REGISTRATION_DISCREET");
        }
        return faults;
    }
}
