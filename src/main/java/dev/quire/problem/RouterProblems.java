package dev.quire.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.metric.RequestMetrics;
import dev.quire.metric.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.Busy;
import dev.quire.trace.Traces;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers for the resources: before a request gets to one, and when one does not answer in time. */
@Singleton
class RouterProblems {
    /** The longest request, a deletion of all that an author wrote, takes a small part of this. */
    private static final int DEADLINE_MILLISECONDS = 10_000;

    /** More than are answered within a fraction of a second would only grow old, and take from those that are. */
    private static final int MOST_WAITING = 500;

    /** In bytes: as many shorter bodies as may wait are a few MB. */
    private static final int LONG_BODY = 16 * 1024;

    /** The most that there is of a body, see {@code BodyReader}. */
    private static final int LONGEST_BODY = 1024 * 1024;

    /** In bytes of long bodies, which are in memory several times over until they are answered. */
    private static final int MOST_RECEIVED = 10 * LONGEST_BODY;

    private final ObjectMapper mapper;
    private final RequestMetrics metrics;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger received = new AtomicInteger();

    RouterProblems(ObjectMapper mapper, RequestMetrics metrics) {
        this.mapper = mapper;
        this.metrics = metrics;
    }

    void register(@Observes Router router) {
        // First of all but for what every answer has, and before Quarkus' own failure handler, which would answer
        // without a body.
        router.route()
                .order(Integer.MIN_VALUE + 2)
                .handler(RouterProblems::requireUri)
                .handler(this::limitWaiting)
                .failureHandler(this::answer);
    }

    private static void requireUri(RoutingContext context) {
        try {
            new URI(context.request().uri());
            context.next();
        } catch (URISyntaxException e) {
            context.fail(400);
        }
    }

    /** What is too much is refused here, where that costs next to nothing. */
    private void limitWaiting(RoutingContext context) {
        // Unread, the rest of a body would stay in memory after the answer, and hide that the client is gone.
        context.addEndHandler(ended -> context.request().resume());
        int body = longBody(context.request());
        if (waiting.get() >= MOST_WAITING && !isHashing(context) || body > 0 && received.get() + body > MOST_RECEIVED) {
            context.fail(new Busy(Reason.FULL, "The service is full."));
            return;
        }
        var deadline = new Deadline(context, body);
        context.addHeadersEndHandler(sent -> deadline.end());
        context.addEndHandler(ended -> deadline.end());
        if (isSending(context.request())) {
            deadline.restart();
            context.request().end().onSuccess(received -> deadline.begin());
        } else {
            deadline.begin();
        }
        context.next();
    }

    private static boolean isSending(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? request.headers().contains(HttpHeaders.TRANSFER_ENCODING) : !length.equals("0");
    }

    /** How many bytes there may be of a body, 0 if they are few. */
    private static int longBody(HttpServerRequest request) {
        if (!isSending(request)) {
            return 0;
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        long bytes = length == null ? LONGEST_BODY : Long.parseLong(length);
        return bytes > LONG_BODY ? (int) Math.min(bytes, LONGEST_BODY) : 0;
    }

    /**
     * The end of a request that gets no answer: PostgreSQL's client waits for as long as TCP does, a quarter of an hour where
     * a network swallows everything. The time counts from the end of the body, for a slow client has all that it needs to
     * send one, and from the last of a body that stops in between, or that nobody reads.
     */
    private final class Deadline {
        private final RoutingContext context;
        private final int body;
        private long timer = -1;
        private long read;
        private int counted;
        private boolean over;

        Deadline(RoutingContext context, int body) {
            this.context = context;
            this.body = body;
            received.addAndGet(body);
        }

        /** From now on there is all of the time. */
        synchronized void restart() {
            context.vertx().cancelTimer(timer);
            timer = context.vertx().setTimer(DEADLINE_MILLISECONDS, late -> comeToAnEnd());
        }

        private synchronized void comeToAnEnd() {
            long now = context.request().bytesRead();
            if (now == read || context.request().isEnded()) {
                context.fail(new Busy(Reason.DEADLINE, "There was no answer in time."));
            } else if (!over) {
                read = now;
                restart();
            }
        }

        /** The request is there, and waits for its answer. */
        synchronized void begin() {
            if (!over) {
                restart();
                counted = isHashing(context) ? 0 : 1;
                waiting.addAndGet(counted);
            }
        }

        synchronized void end() {
            if (!over) {
                over = true;
                waiting.addAndGet(-counted);
                received.addAndGet(-body);
                context.vertx().cancelTimer(timer);
            }
        }
    }

    /** Who waits for a password to be hashed takes nothing from the rest, and must not, however many they are. */
    private static boolean isHashing(RoutingContext context) {
        String path = context.request().path();
        return path != null && path.startsWith("/authentication/");
    }

    private void answer(RoutingContext context) {
        if (context.response().ended()) {
            // A resource came to its end after the deadline, and finds itself answered.
            return;
        }
        if (context.failure() instanceof ProblemException known) {
            // What was found out before there is a resource to answer
            if (known instanceof Busy busy) {
                metrics.refused(busy.reason());
            }
            end(context, known.problem());
            return;
        }
        if (context.statusCode() == 400) {
            end(context, Problem.of(400, "The request can't be understood."));
        } else {
            context.next();
        }
    }

    private void end(RoutingContext context, Problem problem) {
        HttpServerResponse response = context.response().setStatusCode(problem.status());
        if (problem.status() == 503) {
            response.putHeader(HttpHeaders.RETRY_AFTER, Problem.RETRY_SECONDS);
        }
        try {
            response.putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                    .end(mapper.writeValueAsString(problem.at(context.request().path(), Traces.id())));
        } catch (JsonProcessingException e) {
            response.end();
        }
    }
}
