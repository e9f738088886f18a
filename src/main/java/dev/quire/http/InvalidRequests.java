package dev.quire.http;

import io.quarkus.vertx.VertxOptionsCustomizer;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.vertx.core.Context;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.spi.VertxTracerFactory;
import io.vertx.core.spi.tracing.SpanKind;
import io.vertx.core.spi.tracing.TagExtractor;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingOptions;
import io.vertx.core.tracing.TracingPolicy;
import jakarta.inject.Singleton;
import java.util.Map.Entry;
import java.util.function.BiConsumer;

/**
 * A customizer that lets the router answer requests that Netty can't decode, like all others. Vert.x answers them without a
 * body unless its server has a handler for them. Quarkus creates the server and gives no access to that setting. A tracer is
 * used because tracers see a request first.
 */
@Singleton
class InvalidRequests implements VertxOptionsCustomizer {
    // Quarkus creates the Vert.x instance, and leaves no other way to set a tracer.
    @Override
    @SuppressWarnings({"deprecation", "unchecked"})
    public void accept(VertxOptions options) {
        TracingOptions given = options.getTracingOptions();
        VertxTracerFactory factory = given == null ? null : given.getFactory();
        options.setTracingOptions(new TracingOptions().setFactory(all -> {
            VertxTracer<Object, Object> tracer = factory == null ? VertxTracer.NOOP : factory.tracer(given);
            return new Redirect(tracer);
        }));
    }

    /** A tracer that registers the handler for such requests, and delegates to the existing tracer. */
    private record Redirect(VertxTracer<Object, Object> tracer) implements VertxTracer<Object, Object> {
        @Override
        public <R> Object receiveRequest(
                Context context,
                SpanKind kind,
                TracingPolicy policy,
                R request,
                String operation,
                Iterable<Entry<String, String>> headers,
                TagExtractor<R> tags) {
            if (request instanceof HttpServerRequest http
                    && http.decoderResult().isFailure()
                    && http.connection() instanceof HttpServerConnection connection) {
                connection.invalidRequestHandler(VertxHttpRecorder.getRootHandler());
            }
            return tracer.receiveRequest(context, kind, policy, request, operation, headers, tags);
        }

        @Override
        public <R> void sendResponse(
                Context context, R response, Object payload, Throwable failure, TagExtractor<R> tags) {
            tracer.sendResponse(context, response, payload, failure, tags);
        }

        @Override
        public <R> Object sendRequest(
                Context context,
                SpanKind kind,
                TracingPolicy policy,
                R request,
                String operation,
                BiConsumer<String, String> headers,
                TagExtractor<R> tags) {
            return tracer.sendRequest(context, kind, policy, request, operation, headers, tags);
        }

        @Override
        public <R> void receiveResponse(
                Context context, R response, Object payload, Throwable failure, TagExtractor<R> tags) {
            tracer.receiveResponse(context, response, payload, failure, tags);
        }

        @Override
        public void close() {
            tracer.close();
        }
    }
}
