package dev.quire.http;

import dev.quire.json.RawJson;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response.Status;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** A filter that tags every representation, and does not resend those that the client has: RFC 9110, section 13.1.2. */
public class EntityTags {
    /** The length of a tag in bytes: the first bytes of the SHA-256 hash of a representation, in Base64 for URLs. */
    public static final int BYTES = EntityTag.BYTES;

    private static final Set<String> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final Compression compression;

    EntityTags(Compression compression) {
        this.compression = compression;
    }

    /** Returns the tag of a representation that is not gzipped, in the format of a header field. */
    public static String of(RawJson json) {
        return EntityTag.of(json).text();
    }

    @ServerResponseFilter
    public void tag(ContainerRequestContext request, ContainerResponseContext response, RoutingContext context) {
        if (response.getEntity() instanceof RawJson json) {
            EntityTag plain = EntityTag.of(json);
            EntityTag tag = compression.isFor(context, json.bytes().length) ? plain.gzipped() : plain;
            response.getHeaders().putSingle(HttpHeaders.ETAG, tag.text());
            String known = request.getHeaderString(Preconditions.IF_NONE_MATCH);
            if (known != null && READS.contains(request.getMethod()) && isKnown(tag, known)) {
                response.setStatusInfo(Status.NOT_MODIFIED);
                response.setEntity(null);
            }
        }
    }

    private static boolean isKnown(EntityTag tag, String known) {
        return known.equals(Preconditions.ANY)
                || Preconditions.tags(Preconditions.IF_NONE_MATCH, known).stream()
                        .anyMatch(tag::matchesWeakly);
    }
}
