package dev.quire.http;

import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.Violation;
import dev.quire.security.ClientAddressResolver;
import io.quarkus.runtime.LaunchMode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;

/** The header fields that protect browsers and caches, on every response, and those that describe its encoding. */
@Singleton
class ResponseHeaders {
    private static final String NO_SNIFFING = "X-Content-Type-Options";

    private static final Set<HttpMethod> METHODS = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);

    private static final Set<String> READ = Set.of(
            "Location",
            "Allow",
            "Accept-Patch",
            "Link",
            "ETag",
            "X-Total-Count",
            "Preference-Applied",
            "Retry-After",
            "RateLimit",
            "RateLimit-Policy",
            "WWW-Authenticate",
            "Idempotency-Replayed");

    /** The origins of a developer's own pages. */
    private static final String LOCAL = "http://(localhost|127\\.0\\.0\\.1)(:[0-9]+)?";

    private final ClientAddressResolver clients;
    private final Compression compression;
    private final Caching caching;
    private final List<String> origins;

    /** True in development mode, where {@link #LOCAL} origins may call the API as well. */
    private final boolean local = LaunchMode.current() == LaunchMode.DEVELOPMENT;

    private final CorsHandler cors;
    private final DateOfAnswers date = new DateOfAnswers();

    ResponseHeaders(ClientAddressResolver clients, Compression compression, HttpSettings settings) {
        this.clients = clients;
        this.compression = compression;
        this.origins = settings.corsOrigins().orElse(List.of());
        this.caching = new Caching(local || !this.origins.isEmpty());
        this.cors = CorsHandler.create()
                .addOrigins(this.origins)
                .allowedMethods(METHODS)
                .allowedHeaders(settings.corsHeaders())
                .exposedHeaders(READ)
                .maxAgeSeconds(600);
        if (local) {
            cors.addOriginWithRegex(LOCAL);
        }
    }

    void register(@Observes Router router) {
        // Comes before every handler that may respond, so that no response lacks these fields.
        router.route()
                .order(Integer.MIN_VALUE + 1)
                .handler(this::protect)
                .handler(ResponseHeaders::requireOneToken)
                .handler(this::share)
                .failureHandler(this::protectRefusal);
    }

    /** Adds the fields to the response of a request that was rejected before it reached this handler. */
    private void protectRefusal(RoutingContext context) {
        HttpServerResponse response = context.response();
        if (response.headWritten() || response.headers().contains(NO_SNIFFING)) {
            context.next();
        } else {
            describe(context);
            share(context);
        }
    }

    private void protect(RoutingContext context) {
        describe(context);
        context.next();
    }

    private void describe(RoutingContext context) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        response.putHeader(NO_SNIFFING, "nosniff");
        if (clients.secure(request)) {
            response.putHeader("Strict-Transport-Security", "max-age=31536000");
        }
        // These handlers run in reverse order: the first that is added runs last.
        context.addHeadersEndHandler(written -> {
            response.putHeader(HttpHeaders.DATE, date.now());
            caching.describe(context);
            compression.encode(context);
        });
    }

    /**
     * Rejects repeated Authorization fields as an invalid request (RFC 6750, section 3.1): a proxy and Quarkus may check
     * different tokens.
     */
    private static void requireOneToken(RoutingContext context) {
        if (context.request().headers().getAll(HttpHeaders.AUTHORIZATION).size() > 1) {
            context.fail(new BadRequest(
                    "The header field Authorization was given more than once.",
                    List.of(Violation.ofHeader("Authorization", Violation.Code.REPEATED, "must be given once"))));
        } else {
            context.next();
        }
    }

    /** Shares the response with allowed origins only. Browsers do not let other origins read a response. */
    private void share(RoutingContext context) {
        String origin = context.request().getHeader(HttpHeaders.ORIGIN);
        boolean preflight = context.request().method() == HttpMethod.OPTIONS;
        if (isAllowed(origin) && !(preflight && context.failed())) {
            cors.handle(context);
        } else {
            context.next();
        }
    }

    private boolean isAllowed(String origin) {
        return origin != null && (origins.contains(origin) || local && origin.matches(LOCAL));
    }
}
