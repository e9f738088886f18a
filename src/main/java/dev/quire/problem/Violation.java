package dev.quire.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.lang.annotation.Annotation;
import java.util.Locale;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.hibernate.validator.engine.HibernateConstraintViolation;

/** A fault of a request, and its place: exactly one of the first three components is set. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Violation(
        @Schema(description = "JSON Pointer (RFC 6901) into the body", examples = "/address/city")
        String pointer,

        @Schema(description = "Name of a query or path parameter")
        String parameter,

        @Schema(description = "Name of a header") String header,

        @Schema(required = true, ref = "ViolationCode", description = "The kind of fault, for programs")
        Code code,

        @Schema(required = true, description = "The fault in words, for people", examples = "is required")
        String detail) {

    /** The kind of a fault. A program can rely on it, while the words of the detail may change. */
    @RegisterForReflection
    public enum Code {
        REQUIRED,
        INVALID,
        WRONG_TYPE,
        BLANK,
        INVALID_CHARACTERS,
        TOO_SHORT,
        TOO_LONG,
        TOO_FEW,
        TOO_MANY,
        TOO_LARGE,
        TOO_WEAK,
        INCORRECT,
        UNKNOWN,
        NOT_ALLOWED,
        REPEATED,
        NOT_FOUND,
        TAKEN,
        MALFORMED,
        UNSUPPORTED,
        CHANGED,
        EXISTS,
        IN_PROGRESS,
        REUSED;

        /** Returns the spelling in JSON, such as too-long. */
        @JsonValue
        public String spelling() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Returns the code that the validator of a constraint has set, else the one that its annotation stands for. */
        public static Code of(ConstraintViolation<?> violation) {
            Code set = ((HibernateConstraintViolation<?>) violation).getDynamicPayload(Code.class);
            Annotation constraint = violation.getConstraintDescriptor().getAnnotation();
            if (set != null) {
                return set;
            }
            if (constraint instanceof NotNull) {
                return REQUIRED;
            }
            if (constraint instanceof Size) {
                return violation.getInvalidValue() instanceof CharSequence ? TOO_LONG : TOO_MANY;
            }
            return INVALID;
        }
    }

    public static Violation at(String pointer, Code code, String detail) {
        return new Violation(pointer, null, null, code, detail);
    }

    public static Violation ofParameter(String name, Code code, String detail) {
        return new Violation(null, name, null, code, detail);
    }

    public static Violation ofHeader(String name, Code code, String detail) {
        return new Violation(null, null, name, code, detail);
    }

    /** Returns this violation below another place in the body. */
    public Violation below(String place) {
        return at(place + pointer, code, detail);
    }

    /**
     * Returns this violation in the body of a batch, which has the path, the headers and the body of each operation.
     *
     * @param headers the names of the headers as they were sent
     */
    Violation ofOperation(int place, Set<String> headers) {
        String member = pointer != null ? "/body" + pointer : header != null ? "/headers/" + sent(headers) : "/path";
        return at("/" + place + member, code, detail);
    }

    private String sent(Set<String> headers) {
        return headers.stream().filter(header::equalsIgnoreCase).findAny().orElse(header);
    }
}
