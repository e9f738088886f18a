package dev.quire.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.problem.ProblemException.Busy;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers for the resources: before a request gets to one, and when one does not answer in time. */
@Singleton
class RouterProblems {
    /** The longest request, a deletion of all that an author wrote, takes a small part of this. */
    private static final int DEADLINE_MILLISECONDS = 10_000;

    /** More than are answered within a fraction of a second would only grow old, and take from those that are. */
    private static final int MOST_WAITING = 500;

    private final ObjectMapper mapper;
    private final AtomicInteger waiting = new AtomicInteger();

    RouterProblems(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    void register(@Observes Router router) {
        // First of all but for the headers of security, and before Quarkus' own failure handler, which would answer
        // without a body.
        router.route()
                .order(Integer.MIN_VALUE + 1)
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

    /**
     * PostgreSQL's client waits for as long as TCP does, a quarter of an hour where a network swallows everything. The
     * time counts from the end of the body: a slow client has all that it needs to send one. What is too much is refused
     * here, where that costs next to nothing.
     */
    private void limitWaiting(RoutingContext context) {
        if (waiting.get() >= MOST_WAITING && !isHashing(context)) {
            context.fail(new Busy("The service is full."));
            return;
        }
        MultiMap headers = context.request().headers();
        if (headers.contains(HttpHeaders.CONTENT_LENGTH) || headers.contains(HttpHeaders.TRANSFER_ENCODING)) {
            context.request().end().onSuccess(received -> setDeadline(context));
        } else {
            setDeadline(context);
        }
        context.next();
    }

    private void setDeadline(RoutingContext context) {
        int counted = isHashing(context) ? 0 : 1;
        waiting.addAndGet(counted);
        long timer = context.vertx().setTimer(DEADLINE_MILLISECONDS, late -> context.fail(503));
        var waits = new AtomicBoolean(true);
        Handler<Object> end = ended -> {
            if (waits.compareAndSet(true, false)) {
                waiting.addAndGet(-counted);
                context.vertx().cancelTimer(timer);
            }
        };
        context.addHeadersEndHandler(end::handle);
        context.addEndHandler(end::handle);
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
            end(context, known.problem());
            return;
        }
        switch (context.statusCode()) {
            case 400 -> end(context, Problem.of(400, "The request can't be understood."));
            case 503 -> end(context, Problem.of(503, "There was no answer in time."));
            default -> context.next();
        }
    }

    private void end(RoutingContext context, Problem problem) {
        HttpServerResponse response = context.response().setStatusCode(problem.status());
        if (problem.status() == 503) {
            response.putHeader(HttpHeaders.RETRY_AFTER, Problem.RETRY_SECONDS);
        }
        try {
            response.putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                    .end(mapper.writeValueAsString(problem.at(context.request().path())));
        } catch (JsonProcessingException e) {
            response.end();
        }
    }
}
