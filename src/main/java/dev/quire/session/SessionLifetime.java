package dev.quire.session;

import dev.quire.configuration.Converters.Time;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The configured lifetime of sessions: at most, and without being used. */
@ConfigMapping(prefix = "quire.sessions")
public interface SessionLifetime {
    @WithDefault("90D")
    @WithConverter(Time.class)
    Duration life();

    @WithDefault("30D")
    @WithConverter(Time.class)
    Duration idle();
}
