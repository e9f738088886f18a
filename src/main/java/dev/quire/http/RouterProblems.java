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

/** Answers for the resources: before a request gets to one, and when one does not answer in time. */
@Singleton
class RouterProblems {
    /** The longest request, a deletion of all that an author wrote, takes a small part of this. */
    private static final int DEADLINE_MILLISECONDS = 10_000;

    /** More than are answered within a fraction of a second would only grow old, and take from those that are. */
    private static final int MAX_WAITING = 500;

    /** What a client has to send a body at all, and the rate in bytes for a long one: that of a bad mobile network. */
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
        // First of all but for what every answer has, and before Quarkus' own failure handler, which would answer
        // without a body.
        router.route()
                .order(Integer.MIN_VALUE + 2)
                .handler(RouterProblems::limitBody)
                .handler(this::limitWaiting)
                .failureHandler(this::answer);
    }

    /** Refuses what is announced to be too long before any of it is sent, and bounds what comes after any other answer. */
    private static void limitBody(RoutingContext context) {
        UnreadBody.limit(context);
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > BodyReceiver.MAX_BYTES) {
            context.fail(BodyReceiver.tooLarge());
        } else {
            context.next();
        }
    }

    /** What is too much is refused here, where that costs next to nothing. */
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

    /** A body without a length has no field that tells of it in HTTP/2; that of a GET nobody reads. */
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
     * The end of a request that gets no answer: PostgreSQL's client waits for as long as TCP does, a quarter of an hour where
     * a network swallows everything. The time counts from the end of the body, for a slow client has more of it to send one,
     * and from the last of a body that stops in between, or that nobody reads.
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

        /** From now on there is all of the time. */
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
                context.vertx().cancelTimer(timer);
            }
        }
    }

    /** Who waits for a password to be hashed takes nothing from the rest, and must not, however many they are. */
    private static boolean isHashing(RoutingContext context) {
        return context.request().path() != null && context.normalizedPath().startsWith("/authentication/");
    }

    private void answer(RoutingContext context) {
        if (context.response().ended()) {
            // A resource came to its end after the deadline, and finds itself answered.
            return;
        }
        if (context.failure() instanceof ProblemException known) {
            // What was found out before there is a resource to answer
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

    /** The path as far as it could be read. */
    private static String path(HttpServerRequest request) {
        String path = request.path();
        return request.decoderResult().isFailure() || path == null || !path.startsWith("/") ? "/" : path;
    }
}
