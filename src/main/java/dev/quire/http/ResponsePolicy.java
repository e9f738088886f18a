package dev.quire.http;

import io.vertx.ext.web.RoutingContext;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Filters that note the annotations of the matched operation, because JAX-RS is over when the response head ends. */
class ResponsePolicy {
    private static final String CONFIDENTIAL = Confidential.class.getName();
    private static final String VARIES_BY_READER = VariesByReader.class.getName();

    @Confidential
    @ServerRequestFilter
    public void noteConfidential(RoutingContext context) {
        keepConfidential(context);
    }

    /** Treats the response like that of a confidential operation, because its operation is unknown. */
    static void keepConfidential(RoutingContext context) {
        context.put(CONFIDENTIAL, true);
    }

    @VariesByReader
    @ServerRequestFilter
    public void noteVariesByReader(RoutingContext context) {
        context.put(VARIES_BY_READER, true);
    }

    static boolean isConfidential(RoutingContext context) {
        return context.get(CONFIDENTIAL) != null;
    }

    static boolean variesByReader(RoutingContext context) {
        return context.get(VARIES_BY_READER) != null;
    }
}
