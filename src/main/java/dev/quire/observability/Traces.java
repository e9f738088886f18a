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
 * The trace of a request (W3C Trace Context): that of its {@code traceparent}, or a new trace when the header is missing or
 * invalid. The trace id is in every log line of the request, whether or not spans are created.
 */
@Singleton
public class Traces {
    /** The MDC key of the trace id. OpenTelemetry uses the same key, and has set it already when it creates spans. */
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

    /** Returns the trace id of the current request, 32 hexadecimal digits; null outside of a request. */
    public static String id() {
        return (String) MDC.get(TRACE_ID);
    }
}
