package dev.quire.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** The end of an exchange with a client that sends or reads for too long. */
public final class Exchange {
    /** The HTTP/2 error code for a client that need not send the rest (RFC 9113, section 7). */
    static final long NO_ERROR = 0;

    /** The HTTP/2 error code for a stream that is no longer needed (RFC 9113, section 7). */
    public static final long CANCEL = 8;

    private Exchange() {}

    /**
     * Closes the connection. With HTTP/2 resets only the stream, with this code, because the connection serves other
     * requests too.
     */
    public static void abort(HttpServerRequest request, long code) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset(code);
        } else {
            request.connection().close();
        }
    }
}
