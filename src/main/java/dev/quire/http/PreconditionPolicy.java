package dev.quire.http;

import dev.quire.validation.Converters.Switch;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;

/** The configured policy on preconditions of writes. */
@ConfigMapping(prefix = "quire.preconditions")
public interface PreconditionPolicy {
    @WithDefault("false")
    @WithConverter(Switch.class)
    boolean required();
}
