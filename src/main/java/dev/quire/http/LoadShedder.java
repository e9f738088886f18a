package dev.quire.http;

import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Load shedding: the rejection of requests while too many others wait for their response. */
@Singleton
class LoadShedder {
    /**
     * The number of pending requests at which load shedding begins. More than are served within a fraction of a second would
     * only wait, and slow down the others.
     */
    private static final int MAX_WAITING = 500;

    private static final String PENDING = Pending.class.getName();

    private final AtomicInteger waiting = new AtomicInteger();

    void register(@Observes Router router) {
        // Comes first except for the handlers that every response needs: a rejection here costs next to nothing.
        router.route().order(Integer.MIN_VALUE + 3).handler(this::admit);
    }

    private void admit(RoutingContext context) {
        if (waiting.get() >= MAX_WAITING) {
            context.fail(new ServiceUnavailable(Reason.FULL, "The service is overloaded."));
            return;
        }
        var pending = new Pending();
        context.put(PENDING, pending);
        context.addHeadersEndHandler(sent -> pending.end());
        context.addEndHandler(ended -> pending.end());
        if (BodyReceiver.isExpected(context.request())) {
            context.request().end().onSuccess(received -> pending.begin());
        } else {
            pending.begin();
        }
        context.next();
    }

    @HashesPassword
    @ServerRequestFilter
    public void exempt(RoutingContext context) {
        context.<Pending>get(PENDING).end();
    }

    /** A request, counted from the end of its body, because slow uploads have a limit of their own, to its response. */
    private final class Pending {
        private boolean counted;
        private boolean over;

        synchronized void begin() {
            if (!over) {
                counted = true;
                waiting.incrementAndGet();
            }
        }

        synchronized void end() {
            over = true;
            if (counted) {
                counted = false;
                waiting.decrementAndGet();
            }
        }
    }
}
