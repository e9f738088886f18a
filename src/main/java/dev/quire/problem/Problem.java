package dev.quire.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of every 4xx and 5xx response: problem details (RFC 9457). */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "Problem details, RFC 9457")
public record Problem(
        @Schema(
                required = true,
                ref = "ProblemType",
                description = "The kind of problem; about:blank when the status says it all")
        Kind type,

        @Schema(required = true, examples = "Not Found") String title,
        @Schema(required = true, examples = "404") int status,

        @Schema(required = true, examples = "There is no post 7.")
        String detail,

        @Schema(required = true, description = "The path of the request", examples = "/posts/7")
        String instance,

        @Schema(
                required = true,
                description =
                        "The trace that the request is a part of, W3C Trace Context; the log of the service has it too",
                examples = "4bf92f3577b34da6a3ce929d0e0e4736")
        String traceId,

        @Schema(description = "What is wrong with the input, all of it at once, up to 100", maxItems = 100)
        List<Violation> errors,

        @Schema(description = "With in-use: what stands in the way")
        List<Blocker> relations,

        @Schema(description = "With in-use: values of onDelete that would work", examples = "[\"cascade\"]")
        List<String> policies,

        @Schema(description = "With a batch: which of its operations was refused, the first being 0", examples = "2")
        Integer operation) {

    public static final String MEDIA_TYPE = "application/problem+json";

    /** The value of Retry-After in seconds, when the service can't serve the request now. */
    public static final String RETRY_SECONDS = "2";

    /** The kinds of problems that programs tell apart. For all others, the status says it all. */
    @RegisterForReflection
    public enum Kind {
        STATUS("about:blank"),
        INVALID("urn:quire:problem:invalid"),
        TAKEN("urn:quire:problem:taken"),
        IN_USE("urn:quire:problem:in-use"),
        LAST_ADMIN("urn:quire:problem:last-admin"),
        UNDER_WAY("urn:quire:problem:under-way"),
        KEY_REUSED("urn:quire:problem:key-reused"),
        SECOND_FACTOR_REQUIRED("urn:quire:problem:second-factor-required"),
        POSITION_EXPIRED("urn:quire:problem:position-expired"),
        POSITION_LOST("urn:quire:problem:position-lost");

        private final String uri;

        Kind(String uri) {
            this.uri = uri;
        }

        /** Returns the URI that identifies this kind. */
        @JsonValue
        public String uri() {
            return uri;
        }
    }

    /** Rows that still refer to the row to be deleted: their number, and a path that lists them. */
    public record Blocker(
            @Schema(required = true, examples = "posts") String relation,
            @Schema(required = true, examples = "3") long count,

            @Schema(required = true, examples = "/users/5/posts")
            String href) {}

    /** Creates a problem of the kind that the status names. */
    public static Problem of(int status, String detail) {
        String title = HttpResponseStatus.valueOf(status).reasonPhrase();
        return new Problem(Kind.STATUS, title, status, detail, null, null, null, null, null, null);
    }

    /** Returns this problem with a kind of its own. */
    Problem as(Kind kind) {
        return new Problem(kind, title, status, detail, instance, traceId, errors, relations, policies, operation);
    }

    Problem with(List<Violation> wrong) {
        List<Violation> any = wrong.isEmpty() ? null : wrong;
        return new Problem(type, title, status, detail, instance, traceId, any, relations, policies, operation);
    }

    Problem with(List<Blocker> blockers, List<String> working) {
        return new Problem(type, title, status, detail, instance, traceId, errors, blockers, working, operation);
    }

    /** Returns this problem for an operation of a batch, with the violations located in the body of the batch. */
    Problem ofOperation(int place, Set<String> headers) {
        List<Violation> placed = errors == null
                ? null
                : errors.stream()
                        .map(error -> error.ofOperation(place, headers))
                        .toList();
        return new Problem(type, title, status, detail, instance, traceId, placed, relations, policies, place);
    }

    /** Returns this problem with the path of the request and the trace that it belongs to. */
    public Problem at(String path, String trace) {
        return new Problem(type, title, status, detail, path, trace, errors, relations, policies, operation);
    }
}
