package dev.quire.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import dev.quire.problem.Violation.Code;
import java.io.IOException;

/** A deserializer of a member that may be absent, but must not be null: leaving a value unchanged is not deleting it. */
public class NonNullIfPresent extends JsonDeserializer<Object> implements ContextualDeserializer {
    private final JsonDeserializer<?> present;

    public NonNullIfPresent() {
        this(null);
    }

    private NonNullIfPresent(JsonDeserializer<?> present) {
        this.present = present;
    }

    @Override
    public JsonDeserializer<?> createContextual(DeserializationContext context, BeanProperty property)
            throws JsonMappingException {
        JavaType type = property.getType();
        return new NonNullIfPresent(context.findContextualValueDeserializer(type, property));
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        return present.deserialize(parser, context);
    }

    @Override
    public Object getNullValue(DeserializationContext context) {
        // Jackson also calls this when there is no value because it has been rejected.
        if (context.getParser().hasToken(JsonToken.VALUE_NULL)) {
            StrictJson.note(context, context.getParser(), Code.REQUIRED, "must not be null");
        }
        return null;
    }

    @Override
    public Object getAbsentValue(DeserializationContext context) {
        return null;
    }
}
