package dev.quire.change;

import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.PositionExpired;
import dev.quire.problem.ProblemException.PositionLost;
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
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * The streams of changes to all clients. While there is a client that has caught up, one statement at a time reads what has
 * changed for all of them. Clients that catch up have statements of their own, a few at a time.
 */
@Singleton
class ChangeStreams {
    private static final Logger LOG = Logger.getLogger(ChangeStreams.class);

    /**
     * The interval in milliseconds between two statements for all, when the first has found everything. It is longer while
     * that is being sent: if there are many clients, they get more at once instead of less often what is older and older.
     */
    private static final int INTERVAL = 100;

    private static final int RETRY_MILLISECONDS = 1000;
    private static final long HEARTBEAT = Duration.ofSeconds(15).toMillis();

    /** The time that a statement may take. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final int BATCH = 500;
    private static final int BATCH_BYTES = 32 * 1024;

    /** The number of clients that catch up at the same time, so that a herd of them does not delay requests. */
    private static final int MAX_READERS = 8;

    /** The time in milliseconds within which a thousand clients come back to other replicas when this one stops. */
    private static final int RETURN_OF_A_THOUSAND = 2000;

    private static final int SHORTEST_RETURN = 1000;

    private final ChangeFeed feed;
    private final Vertx vertx;
    private final int max;
    private final Set<String> privateKinds;
    private final Set<ChangeStream> all = new HashSet<>();

    /** The streams that have caught up, by the event loops of their connections. */
    private final Map<Context, Set<ChangeStream>> live = new HashMap<>();

    private final Queue<Runnable> waitingReaders = new ArrayDeque<>();
    private int reading;

    /** The number of streams that have begun, or wait for their first page. */
    private int admitted;

    /** The position that was read for all; null while nobody has caught up. */
    private ChangePosition reached;

    /** The latest batch, which a stream that is just short of {@code reached} still gets. */
    private ChangeBatch latest;

    /** The users whose private rows the statement under way reads; null while none is under way. */
    private Set<Long> polled;

    private Context context;
    private boolean isStopping;

    ChangeStreams(ChangeFeed feed, Vertx vertx, ChangeSettings settings, MeterRegistry registry) {
        this.feed = feed;
        this.vertx = vertx;
        this.max = settings.streams();
        this.privateKinds = feed.kinds().values().stream()
                .filter(ChangeKind::isPrivate)
                .map(ChangeKind::name)
                .collect(Collectors.toSet());
        Gauge.builder("changes.streams", this, ChangeStreams::size)
                .description("Clients that listen to changes")
                .register(registry);
    }

    void start(@Observes StartupEvent start) {
        context = VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext());
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

    synchronized void remove(ChangeStream stream) {
        all.remove(stream);
        leave(stream);
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

    /** Serves a stream together with all others, unless they have read more than it has in the meantime. */
    synchronized boolean join(ChangeStream stream) {
        if (polled != null && !polled.contains(stream.reader())) {
            // The statement under way does not read the private rows of this user.
            return false;
        }
        if (reached != null && stream.position().isBefore(reached)) {
            if (latest == null || !latest.has(stream.position(), stream.reader())) {
                return false;
            }
            ChangeBatch missed = latest;
            stream.context().runOnContext(now -> stream.deliver(missed));
        }
        live.computeIfAbsent(VertxContext.getRootContext(stream.context()), loop -> new LinkedHashSet<>())
                .add(stream);
        if (reached == null) {
            reached = stream.position();
            context.runOnContext(now -> poll());
        }
        return true;
    }

    synchronized void leave(ChangeStream stream) {
        Context loop = VertxContext.getRootContext(stream.context());
        Set<ChangeStream> there = live.get(loop);
        if (there != null && there.remove(stream) && there.isEmpty()) {
            live.remove(loop);
        }
    }

    private void poll() {
        ChangePosition from;
        Set<Long> readers;
        long begun = System.nanoTime();
        synchronized (this) {
            if (live.isEmpty()) {
                reached = null;
                latest = null;
                return;
            }
            from = reached;
            readers = all.stream().map(ChangeStream::reader).collect(Collectors.toSet());
            // Everybody may read what is not private.
            readers.add(0L);
            polled = readers;
        }
        feed.read(from, feed.kinds().keySet(), readers, BATCH, BATCH_BYTES)
                .ifNoItem()
                .after(TIMEOUT)
                .fail()
                .subscribe()
                .with(changes -> deliver(from, changes, readers, begun), failure -> recover(from, failure));
    }

    private void pollAfter(long milliseconds) {
        if (milliseconds > 0) {
            vertx.setTimer(milliseconds, later -> context.runOnContext(now -> poll()));
        } else {
            context.runOnContext(now -> poll());
        }
    }

    private void deliver(ChangePosition from, Changes changes, Set<Long> readers, long begun) {
        var batch = new ChangeBatch(from, changes, privateKinds, readers);
        List<Context> loops;
        synchronized (this) {
            polled = null;
            reached = batch.to();
            latest = changes.changes().isEmpty() ? latest : batch;
            loops = changes.changes().isEmpty() ? List.of() : List.copyOf(live.keySet());
        }
        var left = new AtomicInteger(loops.size() + 1);
        Runnable sent = () -> {
            if (left.decrementAndGet() == 0) {
                long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
                pollAfter(changes.more() ? 0 : INTERVAL - took);
            }
        };
        loops.forEach(loop -> loop.runOnContext(there -> {
            try {
                deliver(loop, batch);
            } finally {
                sent.run();
            }
        }));
        sent.run();
    }

    private void deliver(Context loop, ChangeBatch batch) {
        List<ChangeStream> there;
        synchronized (this) {
            there = List.copyOf(live.getOrDefault(loop, Set.of()));
        }
        there.forEach(stream -> stream.deliver(batch));
    }

    private void recover(ChangePosition from, Throwable failure) {
        synchronized (this) {
            polled = null;
        }
        if (failure instanceof PositionLost || failure instanceof PositionExpired) {
            List<ChangeStream> lost;
            synchronized (this) {
                lost = live.values().stream().flatMap(Set::stream).toList();
            }
            LOG.infof("Streams of changes end, since their position %s is not valid any more", from.text());
            lost.forEach(stream -> stream.context().runOnContext(now -> stream.finish(SHORTEST_RETURN)));
        } else {
            LOG.debugf("Changes can't be read now: %s", failure);
        }
        pollAfter(RETRY_MILLISECONDS);
    }
}
