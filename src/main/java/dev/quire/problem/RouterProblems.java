package dev.quire.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Answers for the resources: before a request gets to one, when its path can't be decoded, and after its
 * {@link Deadline}.
 */
@Singleton
class RouterProblems {
    private final ObjectMapper mapper;

    RouterProblems(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    void register(@Observes Router router) {
        // First of all, and before Quarkus' own failure handler, which would answer without a body.
        router.route()
                .order(Integer.MIN_VALUE)
                .handler(RouterProblems::requireUri)
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

    private void answer(RoutingContext context) {
        if (context.response().ended()) {
            // A resource came to its end after the deadline, and finds itself answered.
            return;
        }
        switch (context.statusCode()) {
            case 400 -> end(context, "The request can't be understood.");
            case 503 -> {
                context.response().putHeader(HttpHeaders.RETRY_AFTER, Problem.RETRY_SECONDS);
                end(context, "There was no answer in time.");
            }
            default -> context.next();
        }
    }

    private void end(RoutingContext context, String detail) {
        HttpServerResponse response = context.response().setStatusCode(context.statusCode());
        try {
            Problem problem = Problem.of(context.statusCode(), detail)
                    .at(context.request().path());
            response.putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE).end(mapper.writeValueAsString(problem));
        } catch (JsonProcessingException e) {
            response.end();
        }
    }
}
