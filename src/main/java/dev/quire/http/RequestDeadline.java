package dev.quire.http;

import dev.quire.database.RequestTimeLimit;
import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;

/**
 * The deadline of a request that would get no response otherwise. The PostgreSQL client waits as long as TCP does: a quarter
 * of an hour when a network drops every packet. The time starts at the end of the body, because a slow client needs longer
 * to send it. For a body that stalls, or that nobody reads, it starts at the last bytes.
 */
@Singleton
class RequestDeadline {
    /** The time for a response. The longest, a deletion of everything that an author wrote, takes a small part of it. */
    private static final int DEADLINE_MILLISECONDS = 10_000;

    /** The time for any body. A long body has more time, at the rate below: that of a bad mobile network. */
    private static final int BODY_MILLISECONDS = 30_000;

    private static final int BODY_BYTES_PER_MILLISECOND = 8;

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE + 4).handler(context -> {
            new Timer(context).begin();
            context.next();
        });
    }

    private static final class Timer {
        private final RoutingContext context;
        private final RequestTimeLimit limit = RequestTimeLimit.begin();
        private final long arrived = System.nanoTime();
        private long timer = -1;
        private long read;
        private boolean over;

        Timer(RoutingContext context) {
            this.context = context;
        }

        void begin() {
            context.addHeadersEndHandler(sent -> end());
            context.addEndHandler(ended -> end());
            restart();
            if (BodyReceiver.isExpected(context.request())) {
                context.request().end().onSuccess(received -> restart());
            }
        }

        private synchronized void restart() {
            if (!over) {
                context.vertx().cancelTimer(timer);
                timer = context.vertx().setTimer(DEADLINE_MILLISECONDS, late -> comeToAnEnd());
            }
        }

        private synchronized void comeToAnEnd() {
            long now = context.request().bytesRead();
            if (now == read || context.request().isEnded() || isTooSlow(now)) {
                limit.end();
                context.fail(new ServiceUnavailable(Reason.DEADLINE, "The request timed out." + limit.doubt()));
            } else {
                read = now;
                restart();
            }
        }

        private boolean isTooSlow(long bytes) {
            long milliseconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - arrived);
            return milliseconds > BODY_MILLISECONDS + bytes / BODY_BYTES_PER_MILLISECOND;
        }

        private synchronized void end() {
            over = true;
            context.vertx().cancelTimer(timer);
        }
    }
}
