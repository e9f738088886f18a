package dev.quire.mail;

import dev.quire.validation.Converters.Switch;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import jakarta.validation.constraints.Pattern;
import java.util.Optional;
import org.hibernate.validator.constraints.Range;

/** The settings of Quarkus for the mail server that this service uses. */
@ConfigMapping(prefix = "quarkus.mailer")
public interface ServerSettings {
    @WithDefault("localhost")
    String host();

    /** Returns the port; empty for the usual one, 465 with TLS from the beginning, else 587. */
    Optional<@Range(min = 1, max = 65_535) Integer> port();

    Optional<String> username();

    Optional<String> password();

    /** Returns whether the connection is encrypted from the beginning. */
    @WithDefault("false")
    @WithConverter(Switch.class)
    boolean tls();

    /** Returns whether a connection that begins in plain text becomes an encrypted one. */
    @WithName("start-tls")
    @WithDefault("OPTIONAL")
    @Pattern(regexp = "DISABLED|OPTIONAL|REQUIRED", message = "must be DISABLED, OPTIONAL or REQUIRED")
    String startTls();

    /** Returns whether mails are logged instead of sent; empty for the default of the mode. */
    Optional<@WithConverter(Switch.class) Boolean> mock();
}
