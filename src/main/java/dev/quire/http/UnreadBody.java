package dev.quire.http;

import io.vertx.core.AsyncResult;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/**
 * The rest of a body whose request has been answered. It is received and dropped, within a limit of time and of bytes. Many
 * clients read no response until they have sent everything, and a connection that is closed too early loses the response.
 */
final class UnreadBody {
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_MILLISECONDS = 2000;

    private final RoutingContext context;
    private final HttpServerRequest request;
    private long read;

    private UnreadBody(RoutingContext context) {
        this.context = context;
        this.request = context.request();
    }

    /** Limits the rest of the body that a client may send after the response. */
    static void limit(RoutingContext context) {
        context.addEndHandler(new UnreadBody(context)::discard);
    }

    /**
     * Announces the end of the connection when there is no reason to wait for the rest of a body. HTTP/2 has no such field.
     */
    static void closeAfter(RoutingContext context) {
        if (context.request().version() != HttpVersion.HTTP_2) {
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
    }

    private void discard(AsyncResult<Void> answered) {
        if (answered.failed()) {
            return;
        }
        if (request.isEnded()) {
            end();
            return;
        }
        read = request.bytesRead();
        request.handler(part -> limitBytes()).resume();
        // Most requests have been received completely by then, so a timer for each would be a waste.
        context.vertx().runOnContext(received -> {
            if (request.isEnded()) {
                end();
            } else {
                context.vertx().setTimer(MAX_MILLISECONDS, late -> limitTime());
            }
        });
    }

    private void end() {
        if (isClosing()) {
            abort();
        }
    }

    private boolean isClosing() {
        return request.version() != HttpVersion.HTTP_2
                && context.response().headers().contains(HttpHeaders.CONNECTION, HttpHeaders.CLOSE, true);
    }

    private void limitBytes() {
        if (request.bytesRead() - read > MAX_BYTES) {
            abort();
        }
    }

    private void limitTime() {
        if (isClosing() || !request.isEnded()) {
            abort();
        }
    }

    private void abort() {
        request.handler(null);
        Exchange.abort(request, Exchange.NO_ERROR);
    }
}
