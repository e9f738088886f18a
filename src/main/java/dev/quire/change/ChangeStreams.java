package dev.quire.change;

import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import dev.quire.query.ChangeFeed;
import dev.quire.query.ChangeFeed.Changes;
import dev.quire.query.ChangeKind;
import dev.quire.query.ChangePosition;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The streams of changes to all clients. Those that have caught up share the statements of {@link LiveChanges}. Those that catch
 * up have statements of their own, a few at a time.
 */
@Singleton
class ChangeStreams {
    private static final long HEARTBEAT = Duration.ofSeconds(15).toMillis();

    /** The time that a statement may take. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** The number of clients that catch up at the same time, so that a herd of them does not delay requests. */
    private static final int MAX_READERS = 8;

    /** The time in milliseconds within which a thousand clients come back to other replicas when this one stops. */
    private static final int RETURN_OF_A_THOUSAND = 2000;

    private static final int SHORTEST_RETURN = 1000;

    private final ChangeFeed feed;
    private final Vertx vertx;
    private final int max;
    private final Set<String> privateKinds;
    private final LiveChanges live;
    private final Set<ChangeStream> all = new HashSet<>();
    private final Queue<Runnable> waitingReaders = new ArrayDeque<>();
    private int reading;

    /** The number of streams that have begun, or wait for their first page. */
    private int admitted;

    private boolean isStopping;

    ChangeStreams(ChangeFeed feed, Vertx vertx, ChangeSettings settings, MeterRegistry registry) {
        this.feed = feed;
        this.vertx = vertx;
        this.max = settings.streams();
        this.privateKinds = feed.kinds().values().stream()
                .filter(ChangeKind::isPrivate)
                .map(ChangeKind::name)
                .collect(Collectors.toSet());
        this.live = new LiveChanges(feed, vertx, privateKinds, TIMEOUT, this::readers);
        Gauge.builder("changes.streams", this, ChangeStreams::size)
                .description("Clients that listen to changes")
                .register(registry);
    }

    void start(@Observes StartupEvent start) {
        vertx.setPeriodic(HEARTBEAT, time -> forEach(ChangeStream::beat));
    }

    void stop(@Observes ShutdownDelayInitiatedEvent signal) {
        // Development mode stops the application on each change.
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            stop();
        }
    }

    void stop(@Observes ShutdownEvent stop) {
        stop();
    }

    private void stop() {
        int longest;
        synchronized (this) {
            isStopping = true;
            longest = longestReturn();
        }
        forEach(stream -> stream.finish(ThreadLocalRandom.current().nextInt(SHORTEST_RETURN, longest)));
    }

    private int longestReturn() {
        return 2 * SHORTEST_RETURN + all.size() * RETURN_OF_A_THOUSAND / 1000;
    }

    private void forEach(Consumer<ChangeStream> action) {
        List<ChangeStream> now;
        synchronized (this) {
            now = List.copyOf(all);
        }
        now.forEach(stream -> stream.context().runOnContext(there -> action.accept(stream)));
    }

    synchronized int size() {
        return all.size();
    }

    Set<String> privateKinds() {
        return privateKinds;
    }

    /**
     * Admits a stream before anything is read for it, until its release.
     *
     * @throws ServiceUnavailable if there are too many streams
     */
    synchronized void admit() {
        if (admitted >= max) {
            throw new ServiceUnavailable(Reason.FULL, "Too many clients listen to changes.");
        }
        admitted++;
    }

    synchronized void release() {
        admitted--;
    }

    synchronized void add(ChangeStream stream) {
        all.add(stream);
        if (isStopping) {
            int retry = ThreadLocalRandom.current().nextInt(SHORTEST_RETURN, longestReturn());
            stream.context().runOnContext(there -> stream.finish(retry));
        }
    }

    void remove(ChangeStream stream) {
        synchronized (this) {
            all.remove(stream);
        }
        live.leave(stream);
    }

    /** Returns the users that listen. */
    private synchronized Set<Long> readers() {
        Set<Long> readers = all.stream().map(ChangeStream::reader).collect(Collectors.toSet());
        // Everybody may read what is not private.
        readers.add(0L);
        return readers;
    }

    LiveChanges live() {
        return live;
    }

    /** Reads changes for one client, after others that have asked before. */
    Uni<Changes> read(ChangePosition from, List<String> kinds, long reader, int limit, int bytes) {
        return Uni.createFrom()
                .<Void>emitter(turn -> takeTurn(() -> turn.complete(null)))
                .chain(() -> feed.read(from, kinds, List.of(reader), limit, bytes)
                        .ifNoItem()
                        .after(TIMEOUT)
                        .fail()
                        .onTermination()
                        .invoke(this::endTurn));
    }

    private void takeTurn(Runnable turn) {
        Context reader = Vertx.currentContext();
        synchronized (this) {
            if (reading >= MAX_READERS) {
                waitingReaders.add(() -> reader.runOnContext(now -> turn.run()));
                return;
            }
            reading++;
        }
        turn.run();
    }

    private void endTurn() {
        Runnable next;
        synchronized (this) {
            next = waitingReaders.poll();
            if (next == null) {
                reading--;
            }
        }
        if (next != null) {
            next.run();
        }
    }
}
