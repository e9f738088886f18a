package dev.quire.http;

import dev.quire.validation.Converters.FieldName;
import dev.quire.validation.Converters.Origin;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The configured origins whose pages may call the API, and the request header fields that they may send. */
@ConfigMapping(prefix = "quire.cors")
public interface CrossOrigin {
    Optional<List<@WithConverter(Origin.class) String>> origins();

    @WithDefault("Authorization,Content-Type,Accept,Prefer,If-Match,If-None-Match,Idempotency-Key,"
            + "traceparent,tracestate,baggage,sentry-trace")
    Set<@WithConverter(FieldName.class) String> headers();
}
