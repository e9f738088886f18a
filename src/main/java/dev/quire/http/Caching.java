package dev.quire.http;

import static io.vertx.core.http.HttpHeaders.createOptimized;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.MediaType;

/**
 * The only place that decides which responses a cache may store, and for whom (RFC 9111). A stored response is revalidated
 * by its entity tag before each use. This spares phones the body, and nobody sees data that is outdated or that they may no
 * longer see.
 */
final class Caching {
    private static final CharSequence NO_STORE = createOptimized("no-store");
    private static final CharSequence PRIVATE = createOptimized("private, no-cache");
    private static final CharSequence PUBLIC = createOptimized("public, no-cache");

    private final CharSequence vary;
    private final CharSequence varyByReader;

    /**
     * @param shared whether there are origins that get header fields of their own
     */
    Caching(boolean shared) {
        String fields = "Accept, Accept-Encoding, Prefer" + (shared ? ", Origin" : "");
        vary = createOptimized(fields);
        varyByReader = createOptimized(fields + ", Authorization");
    }

    /**
     * Sets Vary, and Cache-Control unless the resource has set it. Must be called when nothing else in the response head
     * changes any more.
     */
    void describe(RoutingContext context) {
        MultiMap headers = context.response().headers();
        boolean read = isRead(context);
        headers.set(HttpHeaders.VARY, read && ResponsePolicy.variesByReader(context) ? varyByReader : vary);
        if (!headers.contains(HttpHeaders.CACHE_CONTROL)) {
            headers.set(HttpHeaders.CACHE_CONTROL, read ? control(context) : NO_STORE);
        }
    }

    private static CharSequence control(RoutingContext context) {
        if (ResponsePolicy.isConfidential(context) || isStream(context)) {
            return NO_STORE;
        }
        if (!context.request().headers().contains(HttpHeaders.AUTHORIZATION)) {
            return PUBLIC;
        }
        return ResponsePolicy.variesByReader(context) ? NO_STORE : PRIVATE;
    }

    /** Returns whether this is a successful read, neither a write nor a problem. */
    private static boolean isRead(RoutingContext context) {
        HttpServerRequest request = context.request();
        int status = context.response().getStatusCode();
        return (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD)
                && (status == 200 || status == 304);
    }

    /** Returns whether the response is a stream, which is too long to be cached and has no entity tag for revalidation. */
    private static boolean isStream(RoutingContext context) {
        String type = context.response().headers().get(HttpHeaders.CONTENT_TYPE);
        return type != null
                && (type.startsWith(PageParameters.NDJSON) || type.startsWith(MediaType.SERVER_SENT_EVENTS));
    }
}
