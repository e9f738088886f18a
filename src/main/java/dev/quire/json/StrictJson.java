package dev.quire.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.Violation;
import dev.quire.problem.Violation.Code;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Collection;
import java.util.List;

/**
 * A configuration of Jackson that converts nothing silently, and continues after a violation so that all of them are
 * reported, up to {@value UnprocessableEntity#MAX}. Beyond that number no more work is done.
 */
@Singleton
class StrictJson implements ObjectMapperCustomizer {
    /** The attribute of a read that collects its violations, a {@code List<Violation>}. */
    static final String VIOLATIONS = "violations";

    /** The greatest depth of nesting: three times that of the deepest body of the contract. */
    private static final int MAX_DEPTH = 20;

    /**
     * The greatest number of tokens: names, values, and the beginnings and ends of objects and arrays. The largest batch has
     * 20,000.
     */
    private static final int MAX_TOKENS = 25_000;

    /**
     * The same for a body that is one object, of which the largest has 200. The limit is lower because a merge patch becomes
     * a tree, and so does an unknown member.
     */
    private static final int MAX_TOKENS_OF_OBJECT = 500;

    /** The longest name, in characters. The pointer to an unknown name contains it. */
    private static final int MAX_NAME = 100;

    /** The longest number, in characters. */
    private static final int MAX_NUMBER = 1000;

    /** The detail for a body that exceeds one of these limits. */
    static final String BEYOND_LIMITS =
            "must have at most %d levels of nesting, names of %d and numbers of %d characters, and no more elements than can be used"
                    .formatted(MAX_DEPTH, MAX_NAME, MAX_NUMBER);

    @Override
    public void customize(ObjectMapper mapper) {
        mapper.enable(
                DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        // An exception that ends a read must arrive as it was thrown.
        mapper.disable(DeserializationFeature.WRAP_EXCEPTIONS);
        JsonFactory parsers = mapper.getFactory();
        parsers.setStreamReadConstraints(limits(MAX_TOKENS));
        parsers.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature());
        mapper.addHandler(new Collecting());
        mapper.registerModule(new SimpleModule()
                .addDeserializer(String.class, new StrictString())
                .addDeserializer(Long.class, new StrictLong())
                .addDeserializer(List.class, new BoundedList())
                .addDeserializer(UnreadJson.class, new UnreadJson.Deserializer())
                .setDeserializerModifier(new ObjectsOnly()));
    }

    private static StreamReadConstraints limits(int tokens) {
        return StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxTokenCount(tokens)
                .maxNameLength(MAX_NAME)
                .maxNumberLength(MAX_NUMBER)
                .build();
    }

    /** Returns the parsers of bodies that are not lists. */
    static JsonFactory ofObjects(JsonFactory all) {
        return all.copy().setStreamReadConstraints(limits(MAX_TOKENS_OF_OBJECT));
    }

    /** Adds a violation at the current place of the parser. */
    static void note(DeserializationContext context, JsonParser parser, Code code, String detail) {
        note(context, parser.getParsingContext().pathAsPointer(), code, detail);
    }

    /**
     * Adds a violation.
     *
     * @throws UnprocessableEntity when the maximum number of reported violations has been reached, which ends the read
     */
    @SuppressWarnings("unchecked")
    static void note(DeserializationContext context, JsonPointer pointer, Code code, String detail) {
        var violations = (List<Violation>) context.getAttribute(VIOLATIONS);
        if (violations.size() == UnprocessableEntity.MAX) {
            throw RequestBodies.invalid(violations);
        }
        violations.add(Violation.at(pointer.toString(), code, detail));
    }

    private static final class Collecting extends DeserializationProblemHandler {
        @Override
        public boolean handleUnknownProperty(
                DeserializationContext context, JsonParser parser, JsonDeserializer<?> to, Object of, String name)
                throws IOException {
            note(context, pointer(context, parser, name), Code.UNKNOWN, "is unknown or read-only");
            parser.skipChildren();
            return true;
        }

        /**
         * Returns the pointer to an unknown member. Jackson buffers unknown members of a record until the others are read.
         * The parser of that buffer does not know the place of an object or array. The parser of the body does: it is still
         * in the record, or just behind it.
         */
        private static JsonPointer pointer(DeserializationContext context, JsonParser parser, String name) {
            JsonParser body = context.getParser();
            JsonStreamContext place = body.getParsingContext();
            if (parser == body) {
                return place.pathAsPointer();
            }
            JsonStreamContext object = body.hasToken(JsonToken.FIELD_NAME) ? place.getParent() : place;
            return object.pathAsPointer().appendProperty(name);
        }

        @Override
        public Object handleUnexpectedToken(
                DeserializationContext context, JavaType wanted, JsonToken token, JsonParser parser, String failure)
                throws IOException {
            note(context, parser, Code.WRONG_TYPE, "must be " + nameOf(wanted.getRawClass()));
            parser.skipChildren();
            return null;
        }

        private static String nameOf(Class<?> wanted) {
            if (wanted == String.class) {
                return "a string";
            }
            if (wanted == Long.class) {
                return "a whole number of 64 bits";
            }
            return Collection.class.isAssignableFrom(wanted) ? "an array" : "an object";
        }
    }

    /**
     * A modifier that lets records be read only from objects. Jackson itself would take an empty string for an absent
     * record.
     */
    private static final class ObjectsOnly extends BeanDeserializerModifier {
        private static final long serialVersionUID = 1;

        @Override
        public JsonDeserializer<?> modifyDeserializer(
                DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> deserializer) {
            return deserializer instanceof BeanDeserializerBase ? new ObjectOnly(deserializer) : deserializer;
        }
    }

    private static final class ObjectOnly extends DelegatingDeserializer {
        private static final long serialVersionUID = 1;

        ObjectOnly(JsonDeserializer<?> object) {
            super(object);
        }

        @Override
        protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> object) {
            return new ObjectOnly(object);
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return parser.isExpectedStartObjectToken()
                    ? super.deserialize(parser, context)
                    : context.handleUnexpectedToken(handledType(), parser);
        }
    }

    private static final class StrictString extends StdScalarDeserializer<String> {
        private static final long serialVersionUID = 1;

        StrictString() {
            super(String.class);
        }

        @Override
        public String deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return parser.hasToken(JsonToken.VALUE_STRING)
                    ? parser.getText()
                    : (String) context.handleUnexpectedToken(String.class, parser);
        }
    }

    private static final class StrictLong extends StdScalarDeserializer<Long> {
        private static final long serialVersionUID = 1;

        StrictLong() {
            super(Long.class);
        }

        @Override
        public Long deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            boolean fits = parser.hasToken(JsonToken.VALUE_NUMBER_INT)
                    && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
            if (!fits) {
                context.handleUnexpectedToken(Long.class, parser);
            }
            // Not null, so that a rejected value is not reported as missing too. The 0 is never used.
            return fits ? parser.getLongValue() : 0;
        }
    }
}
