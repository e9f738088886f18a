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

/** Requests by their route, and those that are refused: as many series as there are routes, whatever clients send. */
@Singleton
public class RequestMetrics {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    /** Why a request that may be a good one is not done. */
    public enum Reason {
        /** There are as many requests as may wait, or as long ones. */
        FULL,
        /** The request timed out. */
        DEADLINE,
        /** There are as many passwords to hash as may wait. */
        PASSWORDS,
        /** The database does not answer, or refuses what it should do. */
        DATABASE,
        /** Somebody else writes the same. */
        CONFLICT,
        /** Too many attempts. */
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

    /** A request is answered with 429 or 503. */
    public void refused(Reason reason) {
        refused.get(reason).increment();
    }

    /** Tells how many requests were refused because the database did not do what they needed. */
    public long refusedForDatabase() {
        return Math.round(refused.get(Reason.DATABASE).count()
                + refused.get(Reason.DEADLINE).count());
    }

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(RequestMetrics::begin).failureHandler(RequestMetrics::begin);
    }

    /** What is no route, or is answered before one is found, would be counted by its path. Quarkus' own is not counted. */
    private static void begin(RoutingContext context) {
        String path = context.request().path();
        if (path == null || !path.startsWith("/q/")) {
            HttpRequestMetric.getRequestMetric(context).setTemplatePath("/unknown");
        }
        context.next();
    }

    /** Clients may think up methods. */
    @Produces
    @Singleton
    static MeterFilter methods() {
        return MeterFilter.replaceTagValues("method", method -> METHODS.contains(method) ? method : "OTHER");
    }
}
