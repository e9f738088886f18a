package dev.quire.change;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Some changes, and the position after them. */
@Schema(name = "Changes")
public record ChangesView(
        @Schema(required = true) List<ChangeView> changes,

        @Schema(required = true, description = "What since continues with; opaque", examples = "3f2a9c01-1k8-1k8")
        String position,

        @Schema(required = true, description = "Whether there are more changes now")
        boolean more) {}
