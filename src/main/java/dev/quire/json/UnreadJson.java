package dev.quire.json;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;

/** JSON from a client, checked only for its syntax. The type to read it as is known later. */
public record UnreadJson(@JsonValue String text) {

    /** A deserializer that takes the text from the body unchanged: a tree of it would take many times the memory. */
    static final class Deserializer extends StdDeserializer<UnreadJson> {
        /** The attribute of a read with the whole body, a {@code String}. */
        static final String BODY = "body";

        private static final long serialVersionUID = 1;

        Deserializer() {
            super(UnreadJson.class);
        }

        @Override
        public UnreadJson deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            var body = (String) context.getAttribute(BODY);
            int begin = (int) parser.currentTokenLocation().getCharOffset();
            parser.skipChildren();
            parser.finishToken();
            return new UnreadJson(
                    body.substring(begin, (int) parser.currentLocation().getCharOffset()));
        }
    }
}
