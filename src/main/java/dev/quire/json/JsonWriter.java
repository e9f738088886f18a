package dev.quire.json;

import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/** Writes {@link Json} as it is; Jackson would make a string of it, and send what is long in pieces. */
@Provider
public class JsonWriter implements ServerMessageBodyWriter<Json> {
    private final LongAnswers longAnswers;

    JsonWriter(LongAnswers longAnswers) {
        this.longAnswers = longAnswers;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, ResteasyReactiveResourceInfo target, MediaType media) {
        return type == Json.class;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, Annotation[] annotations, MediaType media) {
        return type == Json.class;
    }

    @Override
    public void writeResponse(Json json, Type generic, ServerRequestContext context) {
        byte[] bytes = json.bytes();
        RoutingContext routing = ((ResteasyReactiveRequestContext) context).unwrap(RoutingContext.class);
        if (LongAnswers.isLong(routing, bytes)) {
            longAnswers.send(bytes, routing);
        } else {
            context.serverResponse().end(bytes);
        }
    }

    /** A part of a stream. */
    @Override
    public void writeTo(
            Json json,
            Class<?> type,
            Type generic,
            Annotation[] annotations,
            MediaType media,
            MultivaluedMap<String, Object> headers,
            OutputStream out)
            throws IOException {
        out.write(json.bytes());
    }
}
