package dev.quire.auth;

import dev.quire.validation.Converters.Count;
import dev.quire.validation.Converters.Time;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The configured rate limits of attempts, and their window. */
@ConfigMapping(prefix = "quire.limits")
public interface AttemptLimits {
    @WithDefault("15M")
    @WithConverter(Time.class)
    Duration window();

    /** Returns the maximum number of failed log-ins to one account from one address. */
    @WithDefault("10")
    @WithConverter(Count.class)
    int logIn();

    /** Returns the maximum number of failed log-ins from one address. */
    @WithDefault("100")
    @WithConverter(Count.class)
    int logInAddress();

    /** Returns the maximum number of failed log-ins to one account from all addresses. */
    @WithDefault("100")
    @WithConverter(Count.class)
    int logInAccount();

    @WithDefault("20")
    @WithConverter(Count.class)
    int register();

    @WithDefault("1000")
    @WithConverter(Count.class)
    int refresh();
}
