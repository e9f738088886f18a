package dev.quire.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.observability.RequestMetrics;
import dev.quire.observability.Traces;
import dev.quire.problem.Problem;
import dev.quire.problem.ProblemException;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Problems on behalf of resources: before a request reaches a resource, and when a resource does not respond in time. */
@Singleton
class RouterFailureHandler {
    private final ObjectMapper mapper;
    private final RequestMetrics metrics;

    RouterFailureHandler(ObjectMapper mapper, RequestMetrics metrics) {
        this.mapper = mapper;
        this.metrics = metrics;
    }

    void register(@Observes Router router) {
        // Comes before Quarkus' own failure handler, which would respond without a body.
        router.route().order(Integer.MIN_VALUE + 2).failureHandler(this::answer);
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
        ResponsePolicy.keepConfidential(context);
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
