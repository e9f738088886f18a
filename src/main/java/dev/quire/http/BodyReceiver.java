package dev.quire.http;

import dev.quire.http.UploadLimiter.Upload;
import dev.quire.problem.ProblemException;
import dev.quire.problem.ProblemException.TooLarge;
import dev.quire.security.ClientAddressResolver;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.ext.Provider;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestFilter;

/**
 * A filter that receives the request body for the resource, and counts the bytes as they arrive: over every protocol, with
 * every transfer coding, regardless of the announced length. Quarkus would not count a body without a length.
 */
@Provider
@Priority(Integer.MAX_VALUE)
class BodyReceiver implements ResteasyReactiveContainerRequestFilter {
    /** The maximum size of a body, in bytes. */
    private static final int MAX_BYTES = 1 << 20;

    /** The time after which an incomplete body counts as slow. A single packet arrives earlier, even from a busy client. */
    private static final int SLOW_MILLISECONDS = 1000;

    private static final String CONTINUE = "100-continue";

    private final UploadLimiter limiter;
    private final Instance<ClientAddressResolver> clients;
    private final CurrentVertxRequest current;

    BodyReceiver(UploadLimiter limiter, Instance<ClientAddressResolver> clients, CurrentVertxRequest current) {
        // Not resolved yet: this object is created before the configuration is checked. An error in the configuration
        // would then be reported in many lines.
        this.limiter = limiter;
        this.clients = clients;
        this.current = current;
    }

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE + 2).handler(BodyReceiver::refuseTooLarge);
    }

    /**
     * Rejects a body that is announced as too long before any of it is sent, and bounds the bytes sent after any other
     * response.
     */
    private static void refuseTooLarge(RoutingContext context) {
        UnreadBody.limit(context);
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > MAX_BYTES) {
            context.fail(tooLarge());
        } else {
            context.next();
        }
    }

    /**
     * Returns whether a body may follow. In HTTP/2 no field announces a body without a length. Nobody reads the body of a
     * GET.
     */
    static boolean isExpected(HttpServerRequest request) {
        if (!isRead(request)) {
            return false;
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null
                ? request.version() == HttpVersion.HTTP_2 || request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                : !length.equals("0");
    }

    private static boolean isRead(HttpServerRequest request) {
        return request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD;
    }

    private static TooLarge tooLarge() {
        return new TooLarge("A body has at most " + MAX_BYTES + " bytes.");
    }

    @Override
    public void filter(ResteasyReactiveContainerRequestContext resource) {
        RoutingContext context = current.getCurrent();
        if (isRead(context.request())) {
            new Reception(
                            resource,
                            context,
                            limiter.begin(clients.get().current().network()))
                    .start();
        }
    }

    private static final class Reception {
        private final ResteasyReactiveContainerRequestContext resource;
        private final RoutingContext context;
        private final HttpServerRequest request;
        private final Upload upload;
        private final Blocks body = new Blocks();
        private long timer = -1;
        private boolean over;

        Reception(ResteasyReactiveContainerRequestContext resource, RoutingContext context, Upload upload) {
            this.resource = resource;
            this.context = context;
            this.request = context.request();
            this.upload = upload;
        }

        void start() {
            // Once the request is cancelled, or answered by any handler, nobody needs the rest of its body.
            context.addHeadersEndHandler(answered -> stop());
            context.addEndHandler(answered -> stop());
            request.handler(this::receive).endHandler(ended -> complete());
            if (CONTINUE.equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
                request.response().writeContinue();
            }
            resource.suspend();
            request.resume();
            // Most bodies arrive together with the request head and need no timer.
            context.vertx().runOnContext(begun -> {
                if (!over) {
                    timer = context.vertx().setTimer(SLOW_MILLISECONDS, late -> linger());
                }
            });
        }

        private void receive(Buffer part) {
            if (over) {
                return;
            }
            try {
                int size = body.size() + part.length();
                if (size > MAX_BYTES) {
                    throw tooLarge();
                }
                upload.grow(size);
                body.add(part);
            } catch (ProblemException e) {
                refuse(e);
            }
        }

        private void linger() {
            try {
                upload.linger();
            } catch (ProblemException e) {
                refuse(e);
            }
        }

        private void refuse(ProblemException problem) {
            stop();
            resource.resume(problem);
        }

        private void complete() {
            if (!over) {
                over = true;
                context.vertx().cancelTimer(timer);
                upload.end();
                resource.setEntityStream(new ByteArrayInputStream(body.join()));
                resource.resume();
            }
        }

        private void stop() {
            if (!over) {
                over = true;
                context.vertx().cancelTimer(timer);
                body.clear();
            }
            upload.release();
        }
    }

    /** The received part of a body, in blocks that occupy little more. A growing array would occupy up to twice as much. */
    private static final class Blocks {
        private static final int MIN_BLOCK = 1024;
        private static final int MAX_BLOCK = 16 * 1024;

        private final List<byte[]> full = new ArrayList<>();
        private byte[] last = {};
        private int used;
        private int size;

        int size() {
            return size;
        }

        void add(Buffer part) {
            for (int from = 0; from < part.length(); ) {
                if (used == last.length) {
                    full.add(last);
                    last = new byte[Math.min(Math.max(size, MIN_BLOCK), MAX_BLOCK)];
                    used = 0;
                }
                int length = Math.min(part.length() - from, last.length - used);
                part.getBytes(from, from + length, last, used);
                from += length;
                used += length;
                size += length;
            }
        }

        /** Returns all received bytes, and clears the blocks. */
        byte[] join() {
            byte[] whole = new byte[size];
            int to = 0;
            for (byte[] block : full) {
                System.arraycopy(block, 0, whole, to, block.length);
                to += block.length;
            }
            System.arraycopy(last, 0, whole, to, used);
            clear();
            return whole;
        }

        void clear() {
            full.clear();
            last = new byte[0];
            used = 0;
            size = 0;
        }
    }
}
