package dev.quire.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.database.RequestTimeLimit;
import dev.quire.observability.RequestMetrics;
import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.observability.Traces;
import dev.quire.problem.Problem;
import dev.quire.problem.ProblemException;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Responses on behalf of resources: before a request reaches a resource, and when a resource does not respond in time. */
@Singleton
class RouterProblems {
    /** The deadline of a request. The longest, a deletion of everything that an author wrote, takes a small part of it. */
    private static final int DEADLINE_MILLISECONDS = 10_000;

    /**
     * The number of pending requests at which load shedding begins. More than are served within a fraction of a second would
     * only wait, and slow down the others.
     */
    private static final int MAX_WAITING = 500;

    /** The time for any body. A long body has more time, at the rate below: that of a bad mobile network. */
    private static final int BODY_MILLISECONDS = 30_000;

    private static final int BODY_BYTES_PER_MILLISECOND = 8;

    private final ObjectMapper mapper;
    private final RequestMetrics metrics;
    private final AtomicInteger waiting = new AtomicInteger();

    RouterProblems(ObjectMapper mapper, RequestMetrics metrics) {
        this.mapper = mapper;
        this.metrics = metrics;
    }

    void register(@Observes Router router) {
        // Comes first except for the handlers that every response needs, and before Quarkus' own failure handler, which
        // would respond without a body.
        router.route()
                .order(Integer.MIN_VALUE + 2)
                .handler(RouterProblems::limitBody)
                .handler(this::limitWaiting)
                .failureHandler(this::answer);
    }

    /**
     * Rejects a body that is announced as too long before any of it is sent, and bounds the bytes sent after any other
     * response.
     */
    private static void limitBody(RoutingContext context) {
        UnreadBody.limit(context);
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > BodyReceiver.MAX_BYTES) {
            context.fail(BodyReceiver.tooLarge());
        } else {
            context.next();
        }
    }

    /** Sheds load here, where a rejection costs next to nothing. */
    private void limitWaiting(RoutingContext context) {
        if (waiting.get() >= MAX_WAITING && !isHashing(context)) {
            context.fail(new ServiceUnavailable(Reason.FULL, "The service is overloaded."));
            return;
        }
        var deadline = new Deadline(context);
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

    /**
     * Returns whether a body may follow. In HTTP/2 no field announces a body without a length. Nobody reads the body of a
     * GET.
     */
    private static boolean isSending(HttpServerRequest request) {
        if (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD) {
            return false;
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null
                ? request.version() == HttpVersion.HTTP_2 || request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                : !length.equals("0");
    }

    /**
     * The deadline of a request that would get no response otherwise. The PostgreSQL client waits as long as TCP does: a
     * quarter of an hour when a network drops every packet. The time starts at the end of the body, because a slow client
     * needs longer to send it. For a body that stalls, or that nobody reads, it starts at the last bytes.
     */
    private final class Deadline {
        private final RoutingContext context;
        private final RequestTimeLimit limit = RequestTimeLimit.begin();
        private final long arrived = System.nanoTime();
        private long timer = -1;
        private long read;
        private int counted;
        private boolean over;

        Deadline(RoutingContext context) {
            this.context = context;
        }

        /** Restarts the timer with the full time. */
        synchronized void restart() {
            context.vertx().cancelTimer(timer);
            timer = context.vertx().setTimer(DEADLINE_MILLISECONDS, late -> comeToAnEnd());
        }

        private synchronized void comeToAnEnd() {
            long now = context.request().bytesRead();
            if (now == read || context.request().isEnded() || isTooSlow(now)) {
                limit.end();
                context.fail(new ServiceUnavailable(Reason.DEADLINE, "The request timed out." + limit.doubt()));
            } else if (!over) {
                read = now;
                restart();
            }
        }

        private boolean isTooSlow(long bytes) {
            long milliseconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - arrived);
            return milliseconds > BODY_MILLISECONDS + bytes / BODY_BYTES_PER_MILLISECOND;
        }

        /** Starts the wait for the response, once the request has been received. */
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
                context.vertx().cancelTimer(timer);
            }
        }
    }

    /**
     * Returns whether a request waits for password hashing. Such requests take no capacity from the others, and must not,
     * however many there are.
     */
    private static boolean isHashing(RoutingContext context) {
        return context.request().path() != null && context.normalizedPath().startsWith("/authentication/");
    }

    private void answer(RoutingContext context) {
        if (context.response().ended()) {
            // A resource finished after the deadline, when its request had been answered.
            return;
        }
        if (context.failure() instanceof ProblemException known) {
            // The problem was found before a resource could respond.
            if (known instanceof ServiceUnavailable busy) {
                metrics.refused(busy.reason());
            }
            end(context, known.problem());
            return;
        }
        if (context.statusCode() == 400) {
            end(context, Problem.of(400, "The request could not be understood."));
        } else {
            context.next();
        }
    }

    private void end(RoutingContext context, Problem problem) {
        HttpServerResponse response = context.response().setStatusCode(problem.status());
        if (problem.status() == 413) {
            UnreadBody.closeAfter(context);
        }
        if (problem.status() == 503) {
            response.putHeader(HttpHeaders.RETRY_AFTER, Problem.RETRY_SECONDS);
        }
        try {
            response.putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                    .end(mapper.writeValueAsString(problem.at(path(context.request()), Traces.id())));
        } catch (JsonProcessingException e) {
            response.end();
        }
    }

    /** Returns the path as far as it could be read. */
    private static String path(HttpServerRequest request) {
        String path = request.path();
        return request.decoderResult().isFailure() || path == null || !path.startsWith("/") ? "/" : path;
    }
}
