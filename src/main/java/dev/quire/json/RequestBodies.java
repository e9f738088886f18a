package dev.quire.json;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.Violation;
import dev.quire.problem.Violation.Code;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import jakarta.validation.Validator;
import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A strict reader of request bodies into records. Unknown members, wrong types and broken constraints are rejected. Every
 * violation is reported at once, each with its JSON Pointer (RFC 6901).
 */
@ApplicationScoped
public class RequestBodies {
    /** The character that replaces bytes that are not UTF-8. A body may also contain it. */
    private static final char REPLACEMENT = '\uFFFD';

    private final ObjectMapper mapper;
    private final JsonFactory objects;
    private final Validator validator;

    RequestBodies(ObjectMapper mapper, Validator validator) {
        this.mapper = mapper;
        this.objects = StrictJson.ofObjects(mapper.getFactory());
        this.validator = validator;
    }

    /**
     * Reads a body.
     *
     * @param type a record, a list of records, or an {@link ObjectNode} for a merge patch
     * @throws BadRequest when the body is not JSON
     * @throws UnprocessableEntity when the body is JSON, but not acceptable as that type
     */
    public Object read(byte[] body, Type type) {
        return read(utf8(body), type);
    }

    /** Decodes strictly: Jackson itself guesses other encodings, and accepts overlong sequences. */
    private static String utf8(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        boolean isReplaced =
                text.indexOf(REPLACEMENT) >= 0 && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), body);
        if (isReplaced) {
            throw malformed("is not UTF-8");
        }
        return text;
    }

    /** Reads the JSON in a part of a body, with the limits of a merge patch. */
    public JsonNode read(UnreadJson body) {
        return (JsonNode) read(body.text(), JsonNode.class);
    }

    private Object read(String body, Type type) {
        JsonFactory parsers = type instanceof Class ? objects : mapper.getFactory();
        // A long text would be read in pieces, which takes several times as long.
        try (JsonParser parser = parsers.createParser(body.toCharArray())) {
            return read(parser, type, body);
        } catch (IOException e) {
            throw new IllegalStateException("a text can't be read", e);
        }
    }

    /** Reads JSON that has been parsed, in the same way. */
    public <T> T read(JsonNode body, Class<T> type) {
        return type.cast(read(body, (Type) type));
    }

    /** Reads JSON that has been parsed, in the same way. */
    public Object read(JsonNode body, Type type) {
        try (JsonParser parser = mapper.treeAsTokens(body)) {
            return read(parser, type, "");
        } catch (IOException e) {
            throw new IllegalStateException("what was parsed can't be read", e);
        }
    }

    /**
     * Reads a part of a body that has been parsed, and adds its violations to those of other parts.
     *
     * @param pointer the place of the part in the body
     * @return null if there are violations
     */
    public <T> T read(JsonNode part, Class<T> type, String pointer, List<Violation> violations) {
        try {
            return read(part, type);
        } catch (UnprocessableEntity e) {
            e.problem().errors().forEach(violation -> violations.add(violation.below(pointer)));
            return null;
        }
    }

    private Object read(JsonParser parser, Type type, String body) throws IOException {
        var violations = new ArrayList<Violation>();
        try {
            Object read = mapper.readerFor(mapper.constructType(type))
                    .withAttribute(StrictJson.VIOLATIONS, violations)
                    .withAttribute(UnreadJson.Deserializer.BODY, body)
                    .readValue(parser);
            return acceptable(read, violations);
        } catch (StreamConstraintsException e) {
            // Nothing more can be read.
            violations.add(Violation.at(place(parser), Code.TOO_LARGE, StrictJson.BEYOND_LIMITS));
            throw invalid(violations);
        } catch (MismatchedInputException e) {
            JsonStreamContext place = parser.getParsingContext();
            if (place.inRoot() || isInSecondValue(place)) {
                throw malformed("must be one JSON value");
            }
            violations.add(Violation.at(place.pathAsPointer().toString(), Code.WRONG_TYPE, "has the wrong type"));
            throw invalid(violations);
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            throw malformed("is not valid JSON, or has a name twice, at line %d, column %d"
                    .formatted(place.getLineNr(), place.getColumnNr()));
        }
    }

    private static boolean isInSecondValue(JsonStreamContext place) {
        JsonStreamContext root = place;
        while (!root.inRoot()) {
            root = root.getParent();
        }
        return root.getEntryCount() > 1;
    }

    private static BadRequest malformed(String detail) {
        return new BadRequest("The body " + detail + ".", List.of(Violation.at("", Code.MALFORMED, detail)));
    }

    /** Returns the pointer to the place where the parser stopped, or to the object when it stopped at a name. */
    private static String place(JsonParser parser) {
        JsonStreamContext place = parser.getParsingContext();
        boolean name = place.inObject() && !parser.hasToken(JsonToken.FIELD_NAME);
        return (name ? place.getParent() : place).pathAsPointer().toString();
    }

    /** Returns the JSON of this object. */
    public String text(Object output) {
        try {
            return mapper.writeValueAsString(output);
        } catch (JacksonException e) {
            throw new IllegalStateException("what was made can't be written", e);
        }
    }

    /** Parses JSON that does not come from a client. */
    public JsonNode parse(String json) {
        try {
            return mapper.readTree(json);
        } catch (JacksonException e) {
            throw new IllegalStateException("what was written can't be read", e);
        }
    }

    /** Returns the maps, lists, texts, numbers and so on of JSON that has been parsed. */
    public Object value(JsonNode json) {
        if (json.isObject()) {
            var members = new LinkedHashMap<String, Object>();
            json.properties().forEach(member -> members.put(member.getKey(), value(member.getValue())));
            return members;
        }
        if (json.isArray()) {
            var elements = new ArrayList<>();
            json.forEach(element -> elements.add(value(element)));
            return elements;
        }
        if (json.isBoolean() || json.isNull()) {
            return json.isNull() ? null : json.booleanValue();
        }
        return json.isNumber() ? json.numberValue() : json.textValue();
    }

    /** Returns the JSON that would be read as this input. */
    public JsonNode tree(Object input) {
        return mapper.valueToTree(input);
    }

    /**
     * Returns a representation after a merge patch (RFC 7396), to be read as a whole.
     *
     * @param current the input that would change nothing
     */
    public ObjectNode merge(Object current, ObjectNode patch) {
        return (ObjectNode) MergePatch.apply(tree(current), patch);
    }

    private Object acceptable(Object read, List<Violation> violations) {
        // A member that could not be read is null, and must not be reported as missing too.
        Set<String> known = violations.stream().map(Violation::pointer).collect(Collectors.toSet());
        violations(read)
                .filter(violation -> !known.contains(violation.pointer()))
                .limit(UnprocessableEntity.MAX - violations.size())
                .forEach(violations::add);
        if (!violations.isEmpty()) {
            throw invalid(violations);
        }
        return read;
    }

    /** Returns the exception that reports these violations, in the order of their pointers. */
    public static UnprocessableEntity invalid(List<Violation> violations) {
        violations.sort(Comparator.comparing(Violation::pointer).thenComparing(Violation::detail));
        return new UnprocessableEntity(violations);
    }

    private Stream<Violation> violations(Object read) {
        if (read == null) {
            return Stream.of(Violation.at("", Code.REQUIRED, "must not be null"));
        }
        if (read instanceof List<?> elements) {
            return IntStream.range(0, elements.size())
                    .boxed()
                    .flatMap(i -> violations(elements.get(i)).map(violation -> violation.below("/" + i)));
        }
        return validator.validate(read).stream().map(RequestBodies::violation);
    }

    /** Returns the name of a member in JSON, which may be a reserved word of Java. */
    private static String name(ConstraintViolation<?> violation, Path.Node node) {
        try {
            JsonProperty other = violation
                    .getLeafBean()
                    .getClass()
                    .getDeclaredField(node.getName())
                    .getAnnotation(JsonProperty.class);
            return other == null ? node.getName() : other.value();
        } catch (NoSuchFieldException e) {
            // The node is not the leaf, but on the path to it.
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
        return Violation.at(pointer.toString(), Code.of(violation), violation.getMessage());
    }
}
