package dev.quire.json;

import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.UnsupportedMedia;
import dev.quire.problem.Violation;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.List;

/** The reader of request bodies for every resource, by {@link RequestBodies}. */
@Provider
@Consumes({MediaType.APPLICATION_JSON, StrictJsonBodyReader.MERGE_PATCH})
public class StrictJsonBodyReader implements MessageBodyReader<Object> {
    /** The media type of JSON Merge Patch (RFC 7396). */
    public static final String MERGE_PATCH = "application/merge-patch+json";

    private final RequestBodies bodies;

    StrictJsonBodyReader(RequestBodies bodies) {
        this.bodies = bodies;
    }

    @Override
    public boolean isReadable(Class<?> type, Type generic, Annotation[] annotations, MediaType media) {
        return true;
    }

    @Override
    public Object readFrom(
            Class<Object> type,
            Type generic,
            Annotation[] annotations,
            MediaType media,
            MultivaluedMap<String, String> headers,
            InputStream body) {
        try {
            byte[] read = body.readAllBytes();
            String mediaType = headers.getFirst(HttpHeaders.CONTENT_TYPE);
            if (read.length > 0 && (mediaType == null || mediaType.isBlank())) {
                throw new UnsupportedMedia(HttpHeaders.CONTENT_TYPE, Violation.Code.REQUIRED, "is required");
            }
            return bodies.read(read, generic);
        } catch (IOException e) {
            throw new BadRequest("The body can't be read.", List.of());
        }
    }
}
