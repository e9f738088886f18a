package dev.quire.observability;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Pattern;
import java.util.Optional;

/** The settings of OpenTelemetry that the start checks. */
@ConfigMapping(prefix = "otel.exporter.otlp")
public interface TracingSettings {
    /** Returns the endpoint to which spans are sent; empty when they are not sent. */
    @WithDefault("${quarkus.otel.exporter.otlp.endpoint:}")
    Optional<@Pattern(regexp = "https?://[^/\\s].*", message = "must be http://HOST:PORT or https://HOST:PORT") String>
            endpoint();

    Optional<@Pattern(regexp = "grpc|http/protobuf", message = "must be grpc or http/protobuf") String> protocol();

    Optional<
                    @Pattern(
                            regexp = "[^=,]+=[^,]*(,[^=,]+=[^,]*)*",
                            message = "must be NAME=VALUE, separated by commas")
                    String>
            headers();
}
