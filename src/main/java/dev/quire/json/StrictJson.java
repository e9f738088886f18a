package dev.quire.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.quire.problem.Violation;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** Teaches Jackson to convert nothing silently, and to go on after a violation so that all of them are reported. */
@Singleton
class StrictJson implements ObjectMapperCustomizer {
    /** The attribute of a read that collects its violations, a {@code List<Violation>}. */
    static final String VIOLATIONS = "violations";

    @Override
    public void customize(ObjectMapper mapper) {
        mapper.enable(
                DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        mapper.getFactory().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature());
        mapper.addHandler(new Collecting());
        mapper.registerModule(new SimpleModule()
                .addDeserializer(String.class, new StrictString())
                .addDeserializer(Long.class, new StrictLong()));
    }

    /** Adds a violation at the place where the parser is. */
    static void note(DeserializationContext context, JsonParser parser, String detail) {
        note(context, parser.getParsingContext().pathAsPointer(), detail);
    }

    @SuppressWarnings("unchecked")
    private static void note(DeserializationContext context, JsonPointer pointer, String detail) {
        ((List<Violation>) context.getAttribute(VIOLATIONS)).add(Violation.at(pointer.toString(), detail));
    }

    private static final class Collecting extends DeserializationProblemHandler {
        @Override
        public boolean handleUnknownProperty(
                DeserializationContext context, JsonParser parser, JsonDeserializer<?> to, Object of, String name)
                throws IOException {
            note(context, pointer(context, parser, name), "is not a member that can be set");
            parser.skipChildren();
            return true;
        }

        /**
         * Jackson keeps unknown members of a record until the others are read. The parser of what it kept does not know
         * the place of an object or array; the parser of the body does, which is in the record still or just behind it.
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
            return refuse(context, parser, wanted.getRawClass());
        }

        @Override
        public Object handleMissingInstantiator(
                DeserializationContext context,
                Class<?> wanted,
                ValueInstantiator by,
                JsonParser parser,
                String failure)
                throws IOException {
            return refuse(context, parser, wanted);
        }

        private static Object refuse(DeserializationContext context, JsonParser parser, Class<?> wanted)
                throws IOException {
            note(context, parser, "must be " + nameOf(wanted));
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

    private static final class StrictString extends StdScalarDeserializer<String> {
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
            // What was refused is not absent: nothing is missed in its place. It is never used.
            return fits ? parser.getLongValue() : 0;
        }
    }
}
