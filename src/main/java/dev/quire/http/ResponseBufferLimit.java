package dev.quire.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Answers that are in memory until their clients have read them, which may take long. */
@Singleton
public class ResponseBufferLimit {
    /** In bytes: what is shorter the network takes at once. */
    private static final int LONG = 64 * 1024;

    /** In bytes, of all of them. */
    private static final int MAX_BYTES = 16 * 1024 * 1024;

    /** How long a client may take to read one: slow as a modem for the longest page. */
    private static final long READ_TIMEOUT = TimeUnit.MINUTES.toMillis(3);

    private final AtomicLong unread = new AtomicLong();

    /** With HTTP/2 the client decides how much the network takes of each of a hundred answers, which may be nothing. */
    static boolean isLong(RoutingContext context, byte... answer) {
        return answer.length > LONG || context.request().version() == HttpVersion.HTTP_2;
    }

    /** Whether there is no room for one more, which is to be asked before it is made. */
    public boolean areTooMany() {
        return unread.get() >= MAX_BYTES;
    }

    /** Sends it as the whole body of an answer, and hangs up on who does not read it. */
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
