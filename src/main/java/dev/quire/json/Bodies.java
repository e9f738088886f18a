package dev.quire.json;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.problem.ProblemException.Invalid;
import dev.quire.problem.ProblemException.Malformed;
import dev.quire.problem.Violation;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import jakarta.validation.Validator;
import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Reads the bodies of requests into records, strictly: what a record does not name, what has another type and what
 * breaks a constraint is refused, every violation at once, each with its JSON Pointer (RFC 6901).
 */
@ApplicationScoped
public class Bodies {
    private final ObjectMapper mapper;
    private final Validator validator;

    Bodies(ObjectMapper mapper, Validator validator) {
        this.mapper = mapper;
        this.validator = validator;
    }

    /**
     * @param type a record, or a list of records
     * @throws Malformed when the body is no JSON
     * @throws Invalid when it is, and is not acceptable as that type
     */
    public Object read(byte[] body, Type type) {
        var violations = new ArrayList<Violation>();
        try {
            Object read = mapper.readerFor(mapper.constructType(type))
                    .withAttribute(StrictJson.VIOLATIONS, violations)
                    .readValue(utf8(body));
            return acceptable(read, violations);
        } catch (MismatchedInputException e) {
            if (e.getPath().isEmpty()) {
                throw new Malformed("The body must be one JSON value.", List.of());
            }
            violations.add(Violation.at(pointer(e), "must not be null"));
            throw new Invalid(violations);
        } catch (JacksonException e) {
            throw new Malformed("The body is not JSON.", List.of());
        } catch (IOException e) {
            throw new Malformed("The body can't be read.", List.of());
        }
    }

    /** Strictly: Jackson itself guesses other encodings, and takes overlong sequences. */
    private static String utf8(byte[] body) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    }

    /** The same, of JSON that was parsed before. */
    public <T> T read(JsonNode body, Class<T> type) {
        return type.cast(read(body, (Type) type));
    }

    /** The same, of JSON that was parsed before. */
    public Object read(JsonNode body, Type type) {
        try {
            return read(mapper.writeValueAsBytes(body), type);
        } catch (JacksonException e) {
            throw new IllegalStateException("what was parsed can't be written", e);
        }
    }

    /** The JSON of this. */
    public String text(Object output) {
        try {
            return mapper.writeValueAsString(output);
        } catch (JacksonException e) {
            throw new IllegalStateException("what was made can't be written", e);
        }
    }

    /** JSON that is none of a client. */
    public JsonNode parse(String json) {
        try {
            return mapper.readTree(json);
        } catch (JacksonException e) {
            throw new IllegalStateException("what was written can't be read", e);
        }
    }

    /** The JSON that would be read as this input. */
    public JsonNode tree(Object input) {
        return mapper.valueToTree(input);
    }

    /**
     * What a representation becomes by a merge patch (RFC 7396), to be read as a whole.
     *
     * @param current the input that would leave everything as it is
     */
    public ObjectNode merge(Object current, ObjectNode patch) {
        return (ObjectNode) MergePatch.apply(tree(current), patch);
    }

    private Object acceptable(Object read, List<Violation> violations) {
        // A member that could not be read is null, and is not reported as missing too.
        Set<String> known = violations.stream().map(Violation::pointer).collect(Collectors.toSet());
        violations(read)
                .filter(violation -> !known.contains(violation.pointer()))
                .forEach(violations::add);
        if (!violations.isEmpty()) {
            violations.sort(Comparator.comparing(Violation::pointer).thenComparing(Violation::detail));
            throw new Invalid(violations);
        }
        return read;
    }

    private Stream<Violation> violations(Object read) {
        if (read == null) {
            return Stream.of(Violation.at("", "must not be null"));
        }
        if (read instanceof List<?> elements) {
            return IntStream.range(0, elements.size())
                    .boxed()
                    .flatMap(i -> violations(elements.get(i))
                            .map(violation -> Violation.at("/" + i + violation.pointer(), violation.detail())));
        }
        return validator.validate(read).stream().map(Bodies::violation);
    }

    private static String pointer(MismatchedInputException e) {
        return e.getPath().stream()
                .map(step -> "/" + (step.getFieldName() == null ? step.getIndex() : step.getFieldName()))
                .collect(Collectors.joining());
    }

    /** The name of a member in JSON, which may be a word that Java keeps for itself. */
    private static String name(ConstraintViolation<?> violation, Path.Node node) {
        try {
            JsonProperty other = violation
                    .getLeafBean()
                    .getClass()
                    .getDeclaredField(node.getName())
                    .getAnnotation(JsonProperty.class);
            return other == null ? node.getName() : other.value();
        } catch (NoSuchFieldException e) {
            // A node on the way to the leaf
            return node.getName();
        }
    }

    private static Violation violation(ConstraintViolation<?> violation) {
        var pointer = new StringBuilder();
        for (Path.Node node : violation.getPropertyPath()) {
            if (node.getIndex() != null) {
                pointer.append('/').append(node.getIndex());
            }
            if (node.getKind() == ElementKind.PROPERTY) {
                pointer.append('/').append(name(violation, node));
            }
        }
        return Violation.at(pointer.toString(), violation.getMessage());
    }
}
