package dev.quire.auth;

import dev.quire.validation.Converters.Delay;
import dev.quire.validation.Converters.Time;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;

/** The configured lifetime of sessions, at most and without being used, and of answers that may be lost. */
@ConfigMapping(prefix = "quire.sessions")
public interface SessionLifetime {
    @WithDefault("90D")
    @WithConverter(Time.class)
    Duration life();

    @WithDefault("30D")
    @WithConverter(Time.class)
    Duration idle();

    /** How long an answer to a refresh may take to be lost, and to be asked for again. */
    @WithDefault("60S")
    @WithConverter(Delay.class)
    Duration repeat();

    /** Lists what is wrong with the values together. */
    static List<String> faults(SessionLifetime lifetime) {
        return lifetime.repeat().compareTo(Duration.ofHours(24)) > 0
                ? List.of("QUIRE_SESSIONS_REPEAT must be from 0S to 24H")
                : List.of();
    }
}
