package dev.quire.http;

import dev.quire.json.RawJson;
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

/** A writer of {@link RawJson} without conversion. Jackson would convert it to a string, and send long bodies in pieces. */
@Provider
public class JsonWriter implements ServerMessageBodyWriter<RawJson> {
    private final ResponseBufferLimit responseBuffers;

    JsonWriter(ResponseBufferLimit responseBuffers) {
        this.responseBuffers = responseBuffers;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, ResteasyReactiveResourceInfo target, MediaType media) {
        return type == RawJson.class;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, Annotation[] annotations, MediaType media) {
        return type == RawJson.class;
    }

    @Override
    public void writeResponse(RawJson json, Type generic, ServerRequestContext context) {
        byte[] bytes = json.bytes();
        RoutingContext routing = ((ResteasyReactiveRequestContext) context).unwrap(RoutingContext.class);
        if (ResponseBufferLimit.isLong(routing, bytes)) {
            responseBuffers.send(bytes, routing);
        } else {
            context.serverResponse().end(bytes);
        }
    }

    /** Writes a part of a stream. */
    @Override
    public void writeTo(
            RawJson json,
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
