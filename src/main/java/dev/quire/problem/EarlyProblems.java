package dev.quire.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;

/** Answers what is refused before a request gets to a resource, such as a path that can't be decoded. */
@Singleton
class EarlyProblems {
    private final ObjectMapper mapper;

    EarlyProblems(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    void register(@Observes Router router) {
        // First of all, and before Quarkus' own failure handler, which would answer without a body.
        router.route()
                .order(Integer.MIN_VALUE)
                .handler(EarlyProblems::requireUri)
                .failureHandler(this::malformed);
    }

    private static void requireUri(RoutingContext context) {
        try {
            new URI(context.request().uri());
            context.next();
        } catch (URISyntaxException e) {
            context.fail(400);
        }
    }

    private void malformed(RoutingContext context) {
        if (context.statusCode() != 400) {
            context.next();
            return;
        }
        try {
            Problem problem = Problem.of(400, "The request can't be understood.")
                    .at(context.request().path());
            context.response()
                    .setStatusCode(problem.status())
                    .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                    .end(mapper.writeValueAsString(problem));
        } catch (JsonProcessingException e) {
            context.response().setStatusCode(500).end();
        }
    }
}
