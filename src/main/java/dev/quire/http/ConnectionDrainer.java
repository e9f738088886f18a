package dev.quire.http;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The end of connections after SIGTERM, without losing a request that a client has just sent. Until the end of the delay
 * Quarkus answers every request, and makes each response the last of its connection. Two things are missing there: an
 * HTTP/2 client learns this only after the response, when it has already sent its next request; and a connection that is
 * opened just before the end is cut.
 */
@Singleton
class ConnectionDrainer {
    private static final long NOT_LISTENING_MILLISECONDS = 1000;

    private static final int NO_ERROR = 0;
    private static final AttributeKey<Boolean> GONE_AWAY = AttributeKey.valueOf(ConnectionDrainer.class, "goneAway");

    /**
     * The User-Agent prefix of Java clients, which get no GOAWAY. Either they would abort pending requests when they receive
     * it (JDK-8335181), or they resend rejected requests anyway.
     */
    private static final String JAVA_CLIENT = "Java-http-client/";

    private final Set<Channel> listeners = ConcurrentHashMap.newKeySet();
    private final Vertx vertx;
    private final Duration delay;
    private volatile boolean isDraining;

    ConnectionDrainer(
            Vertx vertx, @ConfigProperty(name = "quarkus.shutdown.delay", defaultValue = "0s") Duration delay) {
        this.vertx = vertx;
        this.delay = delay;
    }

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(this::handle);
    }

    private void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        Channel channel = ((ConnectionBase) request.connection()).channel();
        if (request.version() == HttpVersion.HTTP_2) {
            context.addHeadersEndHandler(answered -> goAway(request, channel));
        }
        listeners.add(channel.parent());
        context.next();
    }

    /** Asks the client for no more requests, without rejecting those that are on their way (RFC 9113, section 6.8). */
    private void goAway(HttpServerRequest request, Channel channel) {
        String client = request.getHeader(HttpHeaders.USER_AGENT);
        if (isDraining
                && (client == null || !client.startsWith(JAVA_CLIENT))
                && channel.attr(GONE_AWAY).getAndSet(true) == null) {
            request.connection().goAway(NO_ERROR, Integer.MAX_VALUE);
        }
    }

    void begin(@Observes ShutdownDelayInitiatedEvent signal) {
        if (LaunchMode.current() != LaunchMode.NORMAL) {
            // Development mode stops the application on each change, while its listener stays open.
            return;
        }
        isDraining = true;
        long accepting = Math.max(1, delay.toMillis() - NOT_LISTENING_MILLISECONDS);
        vertx.setTimer(accepting, ended -> listeners.forEach(Channel::close));
    }
}
