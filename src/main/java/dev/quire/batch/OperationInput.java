package dev.quire.batch;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.quire.http.Preconditions;
import dev.quire.json.NonNullIfPresent;
import dev.quire.json.UnreadJson;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A write in a batch, in the form in which it would be sent alone. */
@Schema(name = "BatchOperation", description = "A write, as it would be sent alone")
public record OperationInput(
        @Schema(enumeration = {"POST", "PUT", "PATCH", "DELETE"})
        @NotNull(message = "is required")
        @Pattern(regexp = "^(POST|PUT|PATCH|DELETE)$", message = "must be one of POST, PUT, PATCH, DELETE")
        String method,

        @Schema(
                description = "With its query; $name stands for the id of what the earlier operation of that id made",
                examples = "/posts/$post/categories/7")
        @NotNull(message = "is required")
        @Size(max = OperationInput.MAX_PATH, message = "must have at most {max} characters")
        String path,

        @Schema(
                implementation = Object.class,
                description = "As it would be sent alone; {\"id\": \"$name\"} refers to what an earlier operation made")
        UnreadJson body,

        @Schema(ref = "BatchConditions", description = "Its preconditions, by name without regard to case")
        @JsonDeserialize(using = NonNullIfPresent.class)
        Map<String, String> headers,

        @Schema(description = "A name for what it makes, to refer to", examples = "post")
        @JsonDeserialize(using = NonNullIfPresent.class)
        @Pattern(regexp = "^[A-Za-z0-9_-]{1,50}$", message = "must be 1 to 50 letters, digits, _ or - of ASCII")
        String id) {

    /** The maximum length of a path with its query, the same as in a single request. */
    static final int MAX_PATH = 4096;

    /** The preconditions of one operation (RFC 9110, section 13.1). */
    @Schema(name = "BatchConditions")
    record Conditions(
            @Schema(name = Preconditions.IF_MATCH, pattern = Preconditions.PATTERN)
            String ifMatch,

            @Schema(name = Preconditions.IF_NONE_MATCH, pattern = Preconditions.PATTERN)
            String ifNoneMatch) {}

    public OperationInput {
        headers = headers == null ? Map.of() : headers;
    }

    /** Returns the header fields of this operation; null for absent fields. */
    Preconditions.Headers conditions() {
        return new Preconditions.Headers(header(Preconditions.IF_MATCH), header(Preconditions.IF_NONE_MATCH));
    }

    private String header(String name) {
        return headers.entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findAny()
                .orElse(null);
    }
}
