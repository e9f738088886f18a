package dev.quire.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A limit on the responses that are in memory until their clients have read them, which may take long. */
@Singleton
public class ResponseBufferLimit {
    /** The length in bytes up to which the network accepts a response at once. */
    private static final int LONG = 64 * 1024;

    /** The limit on all long responses together, in bytes. */
    private static final int MAX_BYTES = 16 * 1024 * 1024;

    /**
     * The time in milliseconds that a client has to read a response: enough for the longest page at the speed of a modem.
     */
    private static final long READ_TIMEOUT = TimeUnit.MINUTES.toMillis(3);

    private final AtomicLong unread = new AtomicLong();

    /**
     * Returns whether a response may stay in memory for long. With HTTP/2 any response may, since the client decides how
     * much the network accepts of each of a hundred responses, possibly nothing.
     */
    static boolean isLong(RoutingContext context, byte... answer) {
        return answer.length > LONG || context.request().version() == HttpVersion.HTTP_2;
    }

    /** Returns whether there is no room for another response. Must be called before the response is created. */
    public boolean areTooMany() {
        return unread.get() >= MAX_BYTES;
    }

    /** Sends the whole body of a response, and ends the exchange with a client that does not read it in time. */
    void send(byte[] answer, RoutingContext context) {
        Future<Void> sending = context.response().end(Buffer.buffer(answer));
        unread.addAndGet(answer.length);
        long late = context.vertx().setTimer(READ_TIMEOUT, time -> Exchange.abort(context.request(), Exchange.CANCEL));
        sending.onComplete(sent -> {
            context.vertx().cancelTimer(late);
            unread.addAndGet(-answer.length);
        });
    }
}
