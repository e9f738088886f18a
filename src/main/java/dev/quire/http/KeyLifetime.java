package dev.quire.http;

import dev.quire.validation.Converters.Time;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The configured lifetime of an Idempotency-Key. */
@ConfigMapping(prefix = "quire.idempotency")
public interface KeyLifetime {
    @WithDefault("24H")
    @WithConverter(Time.class)
    Duration life();
}
