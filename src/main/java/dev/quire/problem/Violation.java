package dev.quire.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A fault of a request, and its place: exactly one of the first three components is set. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Violation(
        @Schema(description = "JSON Pointer (RFC 6901) into the body", examples = "/address/city")
        String pointer,

        @Schema(description = "Name of a query or path parameter")
        String parameter,

        @Schema(description = "Name of a header") String header,
        @Schema(required = true, examples = "is required") String detail) {

    public static Violation at(String pointer, String detail) {
        return new Violation(pointer, null, null, detail);
    }

    public static Violation ofParameter(String name, String detail) {
        return new Violation(null, name, null, detail);
    }

    /**
     * Returns this violation in the body of a batch, which has the path, the headers and the body of each operation.
     *
     * @param headers the names of the headers as they were sent
     */
    Violation ofOperation(int place, Set<String> headers) {
        String member = pointer != null ? "/body" + pointer : header != null ? "/headers/" + sent(headers) : "/path";
        return at("/" + place + member, detail);
    }

    private String sent(Set<String> headers) {
        return headers.stream().filter(header::equalsIgnoreCase).findAny().orElse(header);
    }

    public static Violation ofHeader(String name, String detail) {
        return new Violation(null, null, name, detail);
    }
}
