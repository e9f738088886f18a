package dev.quire.http;

import static io.vertx.core.http.HttpHeaders.createOptimized;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * What a cache may keep of an answer, and for whom (RFC 9111): the one place that says it. What is kept is asked for again
 * by its tag before each use, so that a phone is spared the body and nobody sees what is no longer so, or no longer theirs.
 */
final class Caching {
    private static final CharSequence NO_STORE = createOptimized("no-store");
    private static final CharSequence PRIVATE = createOptimized("private, no-cache");
    private static final CharSequence PUBLIC = createOptimized("public, no-cache");

    private final CharSequence vary;
    private final CharSequence varyByReader;

    /**
     * @param shared whether there are origins that get fields of their own
     */
    Caching(boolean shared) {
        String fields = "Accept, Accept-Encoding, Prefer" + (shared ? ", Origin" : "");
        vary = createOptimized(fields);
        varyByReader = createOptimized(fields + ", Authorization");
    }

    /** Says it of this answer, unless its resource did; when nothing else of its head changes. */
    void describe(RoutingContext context) {
        MultiMap headers = context.response().headers();
        boolean read = isRead(context);
        // That of a problem may be one that can't be read.
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
        // What only some may see: users and addresses in the eyes of whoever has a token
        return isOfUsers(path) || path.startsWith("/addresses") ? NO_STORE : PRIVATE;
    }

    /** The posts of a user are posts as all others. */
    private static boolean isOfUsers(String path) {
        return path.startsWith("/users") && !path.endsWith("/posts");
    }

    /** Neither a write nor a problem. */
    private static boolean isRead(RoutingContext context) {
        HttpServerRequest request = context.request();
        int status = context.response().getStatusCode();
        return (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD)
                && (status == 200 || status == 304);
    }

    /** Too long to be kept, and without a tag to ask by. */
    private static boolean isStream(RoutingContext context) {
        String type = context.response().headers().get(HttpHeaders.CONTENT_TYPE);
        return type != null && type.startsWith(PageParameters.NDJSON);
    }
}
