package dev.quire.http;

import dev.quire.json.RawJson;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.PreconditionFailed;
import dev.quire.problem.ProblemException.PreconditionRequired;
import dev.quire.problem.Violation;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.RequestScoped;
import java.util.List;
import java.util.function.Supplier;

/**
 * The preconditions under which a request may write (RFC 9110, section 13.1): {@code If-Match} and {@code If-None-Match}. A
 * service checks them within the transaction of the write, once it has locked the rows that it will change.
 */
@RequestScoped
public class Preconditions {
    public static final String IF_MATCH = "If-Match";
    public static final String IF_NONE_MATCH = "If-None-Match";

    /** The value of either: {@code *} or a list of entity tags (RFC 9110, section 8.8.3). */
    public static final String PATTERN =
            "^(\\*|[ \\t,]*(W/)?\"[!#-~\\x80-\\xff]*\"[ \\t]*" + "(,[ \\t]*((W/)?\"[!#-~\\x80-\\xff]*\"[ \\t]*)?)*)$";

    static final String ANY = "*";

    private final CurrentVertxRequest request;
    private final boolean required;
    private Headers ofOperation;

    Preconditions(CurrentVertxRequest request, HttpSettings settings) {
        this.request = request;
        this.required = settings.preconditionsRequired();
    }

    /**
     * The two header fields.
     *
     * @param ifMatch null when the field is absent
     * @param ifNoneMatch null when the field is absent
     */
    public record Headers(String ifMatch, String ifNoneMatch) {}

    /** Replaces the header fields by those of an operation, which is one of several in the request. */
    public void setOperation(Headers headers) {
        ofOperation = headers;
    }

    private Headers headers() {
        return ofOperation == null ? new Headers(header(IF_MATCH), header(IF_NONE_MATCH)) : ofOperation;
    }

    /** Returns the value of a field, null when absent. A list may be sent in several fields. */
    private String header(String name) {
        List<String> values = request.getCurrent().request().headers().getAll(name);
        return values.isEmpty() ? null : String.join(", ", values);
    }

    /**
     * Completes when the preconditions hold.
     *
     * @param current reads the representation that a GET of the target returns now, null as the item when there is none;
     *     called only if needed
     * @throws BadRequest as the failure, when a header field is malformed
     * @throws PreconditionFailed as the failure, when a precondition does not hold
     * @throws PreconditionRequired as the failure, when there is no precondition and the configuration requires one
     */
    public Uni<Void> check(Supplier<Uni<RawJson>> current) {
        return ifAny(() -> current.get().invoke(json -> check(json != null, json == null ? List.of() : List.of(json))));
    }

    /**
     * Does the same for a link, which has no representation of its own.
     *
     * @param there whether the link exists
     * @param one reads a representation that shows the link, or would show it
     * @param other reads another such representation
     */
    public Uni<Void> checkLink(boolean there, Supplier<Uni<RawJson>> one, Supplier<Uni<RawJson>> other) {
        return ifAny(() ->
                one.get().chain(first -> other.get().invoke(second -> check(there, List.of(first, second)))));
    }

    /** Returns whether there is nothing to check: the request has no preconditions, and needs none. */
    public boolean areNone() {
        Headers headers = headers();
        return !required && headers.ifMatch == null && headers.ifNoneMatch == null;
    }

    private Uni<Void> ifAny(Supplier<Uni<?>> check) {
        if (areNone()) {
            return Uni.createFrom().voidItem();
        }
        Headers headers = headers();
        return required && headers.ifMatch == null && !ANY.equals(headers.ifNoneMatch)
                ? Uni.createFrom().failure(new PreconditionRequired())
                : check.get().replaceWithVoid();
    }

    private void check(boolean there, List<RawJson> shown) {
        Headers headers = headers();
        List<EntityTag> tags = shown.stream().map(EntityTag::of).toList();
        if (headers.ifMatch != null) {
            boolean matches = headers.ifMatch.equals(ANY)
                    ? there
                    : tags(IF_MATCH, headers.ifMatch).stream()
                            .anyMatch(known -> tags.stream().anyMatch(known::matchesStrongly));
            if (!matches) {
                throw PreconditionFailed.changed();
            }
        }
        if (headers.ifNoneMatch != null) {
            boolean matches = headers.ifNoneMatch.equals(ANY)
                    ? there
                    : tags(IF_NONE_MATCH, headers.ifNoneMatch).stream()
                            .anyMatch(known -> tags.stream().anyMatch(known::matchesWeakly));
            if (matches) {
                throw PreconditionFailed.exists();
            }
        }
    }

    static List<EntityTag> tags(String header, String value) {
        List<EntityTag> tags = EntityTag.parse(value);
        if (tags.isEmpty()) {
            throw new BadRequest(
                    "A precondition is malformed.",
                    List.of(Violation.ofHeader(
                            header,
                            Violation.Code.MALFORMED,
                            "must be * or a list of entity tags, such as \"a\", \"b\"")));
        }
        return tags;
    }
}
