package dev.quire.auth;

import dev.quire.validation.Converters.Delay;
import dev.quire.validation.Converters.Time;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;

/** The configured lifetime of sessions, in total and when unused, and the time for repeating a refresh. */
@ConfigMapping(prefix = "quire.sessions")
public interface SessionLifetime {
    @WithDefault("90D")
    @WithConverter(Time.class)
    Duration life();

    @WithDefault("30D")
    @WithConverter(Time.class)
    Duration idle();

    /** Returns the time within which a refresh may be repeated, if its response was lost. */
    @WithDefault("60S")
    @WithConverter(Delay.class)
    Duration repeat();

    /** Lists the faults that the converters of the values do not detect. */
    static List<String> faults(SessionLifetime lifetime) {
        return lifetime.repeat().compareTo(Duration.ofHours(24)) > 0
                ? List.of("QUIRE_SESSIONS_REPEAT must be from 0S to 24H")
                : List.of();
    }
}
