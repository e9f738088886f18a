package dev.quire.auth;

import dev.quire.security.NewPassword;
import dev.quire.user.Email;
import dev.quire.validation.Converters.Time;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.hibernate.validator.constraints.Range;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** The settings of accounts, log-ins, sessions and keys. */
@ConfigMapping(prefix = "quire")
public interface AuthSettings {
    Keys keys();

    Admin admin();

    Admins admins();

    Sessions sessions();

    Limits limits();

    /** The folder of keys, and the {@code kid} of the signing key. */
    interface Keys {
        Optional<String> directory();

        Optional<String> signing();
    }

    /** The first admin: either both values or neither. */
    interface Admin {
        Optional<@Email String> email();

        Optional<@NewPassword String> password();
    }

    /** The demands on all admins. */
    interface Admins {
        /** Returns whether users have the role admin only if their log-ins need a second factor. */
        @WithDefault("optional")
        @Pattern(regexp = "optional|required", message = "must be optional or required")
        String totp();
    }

    /** The lifetime of sessions, in total and when unused, and the time for repeating a refresh. */
    interface Sessions {
        @WithDefault("90D")
        @WithConverter(Time.class)
        @DurationMin(seconds = 1, message = Time.SECOND_OR_MORE)
        Duration life();

        @WithDefault("30D")
        @WithConverter(Time.class)
        @DurationMin(seconds = 1, message = Time.SECOND_OR_MORE)
        Duration idle();

        /** Returns the time within which a refresh may be repeated, if its response was lost. */
        @WithDefault("60S")
        @WithConverter(Time.class)
        @DurationMax(hours = 24, message = "must be from 0S to 24H")
        Duration repeat();
    }

    /** The rate limits of attempts, and their window. */
    interface Limits {
        @WithDefault("15M")
        @WithConverter(Time.class)
        @DurationMin(seconds = 1, message = Time.SECOND_OR_MORE)
        Duration window();

        /** Returns the maximum number of failed log-ins to one account from one address. */
        @WithDefault("10")
        @Range(min = 1, max = 999_999_999)
        int logIn();

        /** Returns the maximum number of failed log-ins from one address. */
        @WithDefault("100")
        @Range(min = 1, max = 999_999_999)
        int logInAddress();

        /** Returns the maximum number of failed log-ins to one account from all addresses. */
        @WithDefault("100")
        @Range(min = 1, max = 999_999_999)
        int logInAccount();

        @WithDefault("20")
        @Range(min = 1, max = 999_999_999)
        int register();

        @WithDefault("1000")
        @Range(min = 1, max = 999_999_999)
        int refresh();

        /** Returns the maximum number of recoveries that one address may begin, and of those that it may try to complete. */
        @WithDefault("20")
        @Range(min = 1, max = 999_999_999)
        int recovery();

        /** Returns the maximum number of mails for one account. Any more are not sent, and nobody is told. */
        @WithDefault("5")
        @Range(min = 1, max = 999_999_999)
        int recoveryAccount();
    }

    /** Returns the faults of the values in combination, by variable. */
    static Map<String, String> faults(AuthSettings settings) {
        boolean hasEmail = settings.admin().email().isPresent();
        return hasEmail == settings.admin().password().isPresent()
                ? Map.of()
                : hasEmail
                        ? Map.of("QUIRE_ADMIN_PASSWORD", "is required beside QUIRE_ADMIN_EMAIL")
                        : Map.of("QUIRE_ADMIN_EMAIL", "is required beside QUIRE_ADMIN_PASSWORD");
    }
}
