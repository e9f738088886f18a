package dev.quire.auth;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A device that is logged in. */
@Schema(name = "Session", description = "A device that is logged in")
public record SessionView(
        @Schema(required = true, minimum = "1", examples = "12")
        long id,

        @Schema(required = true, nullable = true, description = "What it says that it is", examples = "Quire/1.0 (iOS)")
        String userAgent,

        @Schema(required = true, description = "Whether it is the one of the token that asks")
        boolean current,

        @Schema(required = true, examples = "2026-01-31T12:00:00.123456Z")
        Instant createdAt,

        @Schema(required = true, description = "When it last got a token", examples = "2026-01-31T12:00:00.123456Z")
        Instant usedAt) {}
