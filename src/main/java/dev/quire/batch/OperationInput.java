package dev.quire.batch;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** One write among several, as it would be sent alone. */
@Schema(name = "BatchOperation", description = "A write, as it would be sent alone")
public record OperationInput(
        @Schema(enumeration = {"POST", "PUT", "PATCH", "DELETE"})
        @NotNull(message = "is required")
        @Pattern(regexp = "POST|PUT|PATCH|DELETE", message = "must be one of POST, PUT, PATCH, DELETE")
        String method,

        @Schema(
                description = "With its query; $name stands for the id of what the earlier operation of that id made",
                examples = "/posts/$post/categories/7")
        @NotNull(message = "is required")
        String path,

        @Schema(
                implementation = Object.class,
                description = "As it would be sent alone; {\"id\": \"$name\"} refers to what an earlier operation made")
        JsonNode body,

        @Schema(description = "Its preconditions") Conditions headers,

        @Schema(description = "A name for what it makes, to refer to", examples = "post")
        @Pattern(regexp = "[A-Za-z0-9_-]{1,50}", message = "must be 1 to 50 letters, digits, _ or - of ASCII")
        String id) {

    /** The preconditions of one operation (RFC 9110, section 13.1). */
    @Schema(name = "BatchConditions")
    public record Conditions(
            @JsonProperty("If-Match") String ifMatch,
            @JsonProperty("If-None-Match") String ifNoneMatch) {}
}
