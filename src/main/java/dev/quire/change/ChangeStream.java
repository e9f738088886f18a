package dev.quire.change;

import dev.quire.problem.ProblemException.PositionExpired;
import dev.quire.problem.ProblemException.PositionLost;
import dev.quire.query.ChangeFeed.Changes;
import dev.quire.query.ChangePosition;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The stream of changes to one client. It reads pages of its own until it has caught up, and is then served together with all
 * others. A client that reads too slowly catches up again once it has read what was sent. All methods but the constructor
 * run on the event loop of the connection.
 */
final class ChangeStream {
    /** The size in bytes that is sent ahead, and that of what is sent at once: together the most that a client holds. */
    static final int AHEAD = 32 * 1024;

    private static final int PAGE = 100;
    private static final int RETRY_MILLISECONDS = 1000;

    /** The shortest and the longest time in milliseconds after which a client comes back if the connection is lost. */
    private static final int SHORTEST_RETURN = 2000;

    private static final int LONGEST_RETURN = 5000;

    private enum State {
        CATCHING_UP,
        LIVE,
        CLOSED
    }

    private final ChangeStreams streams;
    private final RoutingContext routing;
    private final HttpServerResponse response;
    private final List<String> kinds;
    private final long reader;
    private final Context context = Vertx.currentContext();
    private State state = State.CATCHING_UP;
    private boolean isWaiting;

    /** False after changes until the client is told that it has everything. */
    private boolean isTold;

    private ChangePosition position;
    private UniEmitter<? super Void> end;

    /** @param reader the id of the user whose private rows are read, 0 for none */
    ChangeStream(ChangeStreams streams, RoutingContext routing, List<String> kinds, long reader) {
        this.streams = streams;
        this.routing = routing;
        this.response = routing.response();
        this.kinds = kinds;
        this.reader = reader;
    }

    long reader() {
        return reader;
    }

    Context context() {
        return context;
    }

    ChangePosition position() {
        return position;
    }

    private Uni<Changes> read(ChangePosition from) {
        return streams.read(from, kinds, reader, PAGE, AHEAD);
    }

    /**
     * Reads the first page, sends it after the head, and then whatever follows.
     *
     * @param expiry the time at which the client's token expires; null without a token
     * @return completes at the end of the stream; fails if the first page can't be read
     */
    Uni<Void> begin(ChangePosition from, Instant expiry) {
        // Subscribed on its own, so that a stream, which lasts, holds none of it but its end.
        return Uni.createFrom()
                .emitter(emitter -> read(from)
                        .invoke(first -> begin(emitter, from, first, expiry))
                        .subscribe()
                        .with(begun -> {}, emitter::fail));
    }

    private void begin(UniEmitter<? super Void> emitter, ChangePosition from, Changes first, Instant expiry) {
        if (response.ended() || response.closed()) {
            // The client has hung up, or has got the problem of a request that takes too long.
            emitter.complete(null);
            return;
        }
        end = emitter;
        position = from;
        response.setStatusCode(200)
                .setChunked(routing.request().version() == HttpVersion.HTTP_1_1)
                .putHeader(HttpHeaders.CONTENT_TYPE, MediaType.SERVER_SENT_EVENTS)
                // Proxies such as nginx would otherwise wait for more.
                .putHeader("X-Accel-Buffering", "no");
        if (routing.request().method() == HttpMethod.HEAD) {
            response.end();
            end.complete(null);
            return;
        }
        response.setWriteQueueMaxSize(AHEAD);
        response.exceptionHandler(lost -> close());
        routing.addEndHandler(ended -> close());
        streams.add(this);
        if (expiry != null) {
            long left = Math.max(1, expiry.toEpochMilli() - System.currentTimeMillis());
            long timer = routing.vertx().setTimer(left, expired -> finish(SHORTEST_RETURN));
            routing.addEndHandler(ended -> routing.vertx().cancelTimer(timer));
        }
        response.write(retry(ThreadLocalRandom.current().nextInt(SHORTEST_RETURN, LONGEST_RETURN)));
        send(first);
    }

    private static String retry(int milliseconds) {
        return "retry: " + milliseconds + "\n\n";
    }

    private void send(Changes page) {
        if (state != State.CATCHING_UP) {
            return;
        }
        var batch = new ChangeBatch(position, page, streams.privateKinds(), Set.of(reader));
        Buffer events = batch.events(position, kinds, reader);
        boolean isSynced = !page.more();
        position = page.position();
        write(events, isSynced);
        if (isSynced && streams.live().join(this)) {
            state = State.LIVE;
        } else {
            whenRead();
        }
    }

    private void write(Buffer events, boolean isSynced) {
        if (events.length() > 0) {
            response.write(events);
            isTold = isSynced;
        } else if (isSynced && !isTold) {
            response.write(ChangeBatch.synced(position));
            isTold = true;
        }
    }

    /** Reads the next page once the client has read the last. */
    private void whenRead() {
        if (response.writeQueueFull()) {
            isWaiting = true;
            response.drainHandler(read -> context.runOnContext(now -> {
                if (isWaiting) {
                    isWaiting = false;
                    catchUp();
                }
            }));
        } else {
            catchUp();
        }
    }

    private void catchUp() {
        if (state == State.CATCHING_UP) {
            read(position)
                    .subscribe()
                    .with(
                            page -> context.runOnContext(now -> send(page)),
                            failure -> context.runOnContext(now -> fail(failure)));
        }
    }

    private void fail(Throwable failure) {
        if (failure instanceof PositionLost || failure instanceof PositionExpired) {
            lose();
        } else {
            routing.vertx().setTimer(RETRY_MILLISECONDS, later -> context.runOnContext(now -> catchUp()));
        }
    }

    /** Sends what is new for it, unless the client has not read enough of what was sent before. */
    void deliver(RecentChanges recent) {
        if (state != State.LIVE) {
            return;
        }
        if (response.writeQueueFull()) {
            streams.live().leave(this);
            state = State.CATCHING_UP;
            whenRead();
            return;
        }
        ChangeBatch batch = recent.after(position);
        if (batch != null) {
            Buffer events = batch.events(position, kinds, reader);
            position = batch.to();
            write(events, batch.isLast());
        }
    }

    /** Sends a comment, so that no proxy takes the connection for dead, and the position, so that it does not expire. */
    void beat() {
        if (state != State.CLOSED && !response.writeQueueFull()) {
            response.write(state == State.LIVE ? ":\nid: " + position.text() + "\n\n" : ":\n\n");
        }
    }

    /** Ends the stream, since its position is not valid any more: the client learns it when it comes back. */
    void lose() {
        finish(SHORTEST_RETURN);
    }

    /** Ends the stream; the client comes back after this time in milliseconds. */
    void finish(int retry) {
        if (state != State.CLOSED) {
            response.end(retry(retry));
            close();
        }
    }

    private void close() {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            streams.remove(this);
            end.complete(null);
        }
    }
}
