package dev.quire.http;

import static io.vertx.core.http.HttpHeaders.createOptimized;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

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
        // The path may be malformed when the response is a problem.
        String path = read ? context.normalizedPath() : "";
        headers.set(HttpHeaders.VARY, isOfUsers(path) ? varyByReader : vary);
        if (!headers.contains(HttpHeaders.CACHE_CONTROL)) {
            headers.set(HttpHeaders.CACHE_CONTROL, read ? control(context, path) : NO_STORE);
        }
    }

    private static CharSequence control(RoutingContext context, String path) {
        if (path.startsWith("/authentication") || isStream(context)) {
            return NO_STORE;
        }
        if (!context.request().headers().contains(HttpHeaders.AUTHORIZATION)) {
            return PUBLIC;
        }
        // With a token, the responses for users and addresses have data that only some callers may see.
        return isOfUsers(path) || path.startsWith("/addresses") ? NO_STORE : PRIVATE;
    }

    /** Returns whether the path is that of users. The posts of a user do not count, as they are posts like all others. */
    private static boolean isOfUsers(String path) {
        return path.startsWith("/users") && !path.endsWith("/posts");
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
        return type != null && type.startsWith(PageParameters.NDJSON);
    }
}
