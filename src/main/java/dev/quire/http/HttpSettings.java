package dev.quire.http;

import dev.quire.validation.Converters.Switch;
import dev.quire.validation.Converters.Time;
import io.quarkus.runtime.configuration.TrimmedStringConverter;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMin;

/** The settings that hold for all resources. */
@ConfigMapping(prefix = "quire")
public interface HttpSettings {
    /** An origin as a browser sends it (RFC 6454, section 6.2). Any other spelling would never match. */
    String ORIGIN = "(?!http://.*:80$|https://.*:443$)"
            + "[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\\[[0-9a-f:.]+])(?::[1-9][0-9]{0,4})?";

    String NO_ORIGIN =
            "must be origins as browsers send them, separated by commas: scheme://host or scheme://host:port in"
                    + " lower case, without a path, a slash at the end or the usual port of the scheme; * is not allowed";

    /** The name of a header field (RFC 9110, section 5.1). */
    String FIELD = "(?!\\*$)[A-Za-z0-9!#$%&'*+.^_`|~-]+";

    String NO_FIELD = "must be names of header fields, separated by commas";

    /** Returns the lifetime of an Idempotency-Key. */
    @WithName("idempotency.life")
    @WithDefault("24H")
    @WithConverter(Time.class)
    @DurationMin(seconds = 1, message = Time.SECOND_OR_MORE)
    Duration idempotencyLife();

    /** Returns whether a write must have a precondition. */
    @WithName("preconditions.required")
    @WithDefault("false")
    @WithConverter(Switch.class)
    boolean preconditionsRequired();

    /** Returns the origins whose pages may call the API. */
    @WithName("cors.origins")
    Optional<List<@WithConverter(TrimmedStringConverter.class) @Pattern(regexp = ORIGIN, message = NO_ORIGIN) String>>
            corsOrigins();

    /** Returns the request header fields that these pages may send. */
    @WithName("cors.headers")
    @WithDefault("Authorization,Content-Type,Accept,Prefer,If-Match,If-None-Match,Idempotency-Key,Last-Event-ID,"
            + "traceparent,tracestate,baggage,sentry-trace")
    Set<@WithConverter(TrimmedStringConverter.class) @Pattern(regexp = FIELD, message = NO_FIELD) String> corsHeaders();
}
