package dev.quire.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The response that an operation of a batch would have got in a request of its own. */
@Schema(name = "BatchResult")
@JsonInclude(JsonInclude.Include.NON_NULL)
@RegisterForReflection
public record ResultView(
        @Schema(description = "The name that the operation has, if it has one")
        String id,

        @Schema(required = true, examples = "201") int status,
        @Schema(required = true) Headers headers,

        @Schema(implementation = Object.class, description = "Absent when there is none, as with 204") @JsonRawValue
        String body) {

    /** The header fields that describe the written resource. */
    @Schema(name = "BatchResultHeaders")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @RegisterForReflection
    public record Headers(
            @JsonProperty("Location") String location,
            @JsonProperty("ETag") String etag) {}
}
