package dev.quire.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import dev.quire.problem.Violation.Code;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A deserializer that reads no more elements than {@link Size} allows, or {@value #MAX}. A longer list is rejected before
 * the rest of it is turned into objects.
 */
final class BoundedList extends StdDeserializer<List<?>> implements ContextualDeserializer {
    private static final long serialVersionUID = 1;
    private static final int MAX = 100;

    private final transient JsonDeserializer<Object> element;
    private final int max;

    BoundedList() {
        this(null, MAX);
    }

    private BoundedList(JsonDeserializer<Object> element, int max) {
        super(List.class);
        this.element = element;
        this.max = max;
    }

    @Override
    public JsonDeserializer<?> createContextual(DeserializationContext context, BeanProperty property)
            throws JsonMappingException {
        JavaType list = property == null ? context.getContextualType() : property.getType();
        Size size = property == null ? null : property.getAnnotation(Size.class);
        return new BoundedList(
                context.findContextualValueDeserializer(list.getContentType(), property),
                size == null ? MAX : size.max());
    }

    @Override
    public List<?> deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        if (!parser.isExpectedStartArrayToken()) {
            return (List<?>) context.handleUnexpectedToken(List.class, parser);
        }
        JsonPointer place = parser.getParsingContext().pathAsPointer();
        var elements = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (elements.size() == max) {
                StrictJson.note(context, place, Code.TOO_MANY, "must have at most " + max + " elements");
                while (token != JsonToken.END_ARRAY) {
                    parser.skipChildren();
                    token = parser.nextToken();
                }
                break;
            }
            elements.add(
                    token == JsonToken.VALUE_NULL
                            ? element.getNullValue(context)
                            : element.deserialize(parser, context));
        }
        return elements;
    }
}
