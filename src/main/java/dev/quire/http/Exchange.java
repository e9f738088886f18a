package dev.quire.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** Ends the exchange with a client that sends or reads for too long. */
public final class Exchange {
    /** RFC 9113, section 7: the client need not send the rest. */
    static final long NO_ERROR = 0;

    /** RFC 9113, section 7: the stream is not needed any more. */
    public static final long CANCEL = 8;

    private Exchange() {}

    /** Closes the connection; with HTTP/2 just the stream, with this code, as the connection serves other requests too. */
    public static void abort(HttpServerRequest request, long code) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset(code);
        } else {
            request.connection().close();
        }
    }
}
