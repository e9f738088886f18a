package dev.quire.observability;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.MDC;

/**
 * The trace that a request is a part of, W3C Trace Context: that of its {@code traceparent}, or a new one when it has none
 * that is good. It is in every line that is logged for the request, whether spans are made or not.
 */
@Singleton
public class Traces {
    /** As OpenTelemetry names it, which has put it there already when it makes spans. */
    private static final String TRACE_ID = "traceId";

    private static final TextMapGetter<HttpServerRequest> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(HttpServerRequest request) {
            return request.headers().names();
        }

        @Override
        public String get(HttpServerRequest request, String name) {
            return request.getHeader(name);
        }
    };

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(Traces::begin).failureHandler(Traces::begin);
    }

    private static void begin(RoutingContext context) {
        if (id() == null) {
            MDC.put(TRACE_ID, id(context.request()));
        }
        context.next();
    }

    private static String id(HttpServerRequest request) {
        Context sent = W3CTraceContextPropagator.getInstance().extract(Context.root(), request, HEADERS);
        SpanContext parent = Span.fromContext(sent).getSpanContext();
        return parent.isValid() ? parent.getTraceId() : IdGenerator.random().generateTraceId();
    }

    /** The id of the trace of the request that is under way, 32 hexadecimal digits; null when none is. */
    public static String id() {
        return (String) MDC.get(TRACE_ID);
    }
}
