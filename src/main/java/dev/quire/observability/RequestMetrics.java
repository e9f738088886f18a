package dev.quire.observability;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.quarkus.micrometer.runtime.binder.vertx.HttpRequestMetric;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The metrics of requests by route, and of rejected requests. There are as many series as routes, whatever clients send. */
@Singleton
public class RequestMetrics {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    /** The reason why a possibly valid request is rejected. */
    public enum Reason {
        /** Load shedding: the limit of pending requests, or of long ones, is reached. */
        FULL,
        /** The request timed out. */
        DEADLINE,
        /** The limit of pending password hashes is reached. */
        PASSWORDS,
        /** The database does not answer, or rejects the statement. */
        DATABASE,
        /** Another request writes the same data concurrently. */
        CONFLICT,
        /** The rate limit of attempts is reached. */
        ATTEMPTS
    }

    private final Map<Reason, Counter> refused = new EnumMap<>(Reason.class);

    RequestMetrics(MeterRegistry registry) {
        for (Reason reason : Reason.values()) {
            refused.put(
                    reason,
                    Counter.builder("requests.refused")
                            .description("Requests answered with 429 or 503")
                            .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    /** Counts a request that is answered with 429 or 503. */
    public void refused(Reason reason) {
        refused.get(reason).increment();
    }

    /** Returns the number of requests rejected because the database failed or did not answer in time. */
    public long refusedForDatabase() {
        return Math.round(refused.get(Reason.DATABASE).count()
                + refused.get(Reason.DEADLINE).count());
    }

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(RequestMetrics::begin).failureHandler(RequestMetrics::begin);
    }

    /**
     * Sets a default route. Otherwise requests without a route, or answered before routing, would be counted by their path.
     * Requests for Quarkus' own paths are not counted.
     */
    private static void begin(RoutingContext context) {
        String path = context.request().path();
        HttpRequestMetric metric = HttpRequestMetric.getRequestMetric(context);
        // There is none in development mode when the first start has failed, since Vert.x stays as that start left it.
        if (metric != null && (path == null || !path.startsWith("/q/"))) {
            metric.setTemplatePath("/unknown");
        }
        context.next();
    }

    /** Replaces unknown methods by {@code OTHER}, because clients may invent methods. */
    @Produces
    @Singleton
    static MeterFilter methods() {
        return MeterFilter.replaceTagValues("method", method -> METHODS.contains(method) ? method : "OTHER");
    }
}
