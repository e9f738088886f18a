package dev.quire.change;

import dev.quire.problem.ProblemException.PositionExpired;
import dev.quire.problem.ProblemException.PositionLost;
import dev.quire.query.ChangeFeed;
import dev.quire.query.ChangePosition;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The changes for all streams that have caught up. While there is one, a statement at a time reads what has changed for all of
 * them. Each event loop goes round its streams meanwhile, and each stream gets everything that was read until its turn.
 */
final class LiveChanges {
    private static final Logger LOG = Logger.getLogger(LiveChanges.class);

    /** The interval between the starts of two statements, in milliseconds. */
    private static final int INTERVAL = 25;

    private static final int RETRY_MILLISECONDS = 1000;
    private static final int BATCH = 500;

    /** The size of a batch. A stream is sent all that waits for it at once, which is this before a batch is read, and twice then. */
    private static final int BATCH_BYTES = ChangeStream.AHEAD / 2;

    /** The most batches that some streams have not got. Until they have, no more are read. */
    private static final int MAX_WAITING = 16;

    /** The number of batches that are kept for streams that join. */
    private static final int KEPT = 8;

    /** The number of streams that an event loop serves before it looks for requests: some milliseconds of writing. */
    private static final int AT_ONCE = 300;

    private final ChangeFeed feed;
    private final Vertx vertx;
    private final Set<String> privateKinds;
    private final Duration timeout;
    private final Supplier<Set<Long>> readers;
    private final Context context;
    private final Map<Context, Round> rounds = new HashMap<>();

    /** The position that was read for all; null while nobody has caught up. */
    private ChangePosition reached;

    /** The position of the last change that was read for all. */
    private ChangePosition changed;

    private volatile RecentChanges recent = RecentChanges.NONE;

    /** The users whose private rows the statement under way reads; null while none is under way. */
    private Set<Long> polled;

    /** The round of an event loop to its streams. */
    private static final class Round {
        private final Set<ChangeStream> streams = new LinkedHashSet<>();
        private boolean isUnderWay;

        /** A position that all of the streams have reached. */
        private ChangePosition served;

        Round(ChangePosition served) {
            this.served = served;
        }
    }

    /**
     * @param timeout of a statement
     * @param readers returns the users that listen
     */
    LiveChanges(ChangeFeed feed, Vertx vertx, Set<String> privateKinds, Duration timeout, Supplier<Set<Long>> readers) {
        this.feed = feed;
        this.vertx = vertx;
        this.privateKinds = privateKinds;
        this.timeout = timeout;
        this.readers = readers;
        this.context = VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext());
    }

    /** Serves a stream together with all others, unless they have read more than it can still get from them. */
    synchronized boolean join(ChangeStream stream) {
        if (polled != null && !polled.contains(stream.reader())) {
            // The statement under way does not read the private rows of this user.
            return false;
        }
        if (reached == null) {
            reached = changed = stream.position();
            context.runOnContext(now -> poll());
        } else if (stream.position().isBefore(reached)) {
            RecentChanges missed = recent;
            if (!missed.hasAllAfter(stream.position(), stream.reader(), ChangeStream.AHEAD)) {
                return false;
            }
            stream.context().runOnContext(now -> stream.deliver(missed));
        }
        rounds.computeIfAbsent(VertxContext.getRootContext(stream.context()), loop -> new Round(reached))
                .streams
                .add(stream);
        return true;
    }

    synchronized void leave(ChangeStream stream) {
        Context loop = VertxContext.getRootContext(stream.context());
        Round round = rounds.get(loop);
        if (round != null && round.streams.remove(stream) && round.streams.isEmpty()) {
            rounds.remove(loop);
        }
    }

    private void poll() {
        Set<Long> listening = readers.get();
        ChangePosition from;
        long begun = System.nanoTime();
        synchronized (this) {
            if (rounds.isEmpty()) {
                reached = null;
                recent = RecentChanges.NONE;
                return;
            }
            if (recent.bytes(this::isWaiting) >= BATCH_BYTES || recent.count(this::isWaiting) >= MAX_WAITING) {
                pollAfter(INTERVAL);
                return;
            }
            from = reached;
            polled = listening;
        }
        feed.read(from, feed.kinds().keySet(), listening, BATCH, BATCH_BYTES)
                .ifNoItem()
                .after(timeout)
                .fail()
                .subscribe()
                .with(
                        changes -> {
                            add(new ChangeBatch(from, changes, privateKinds, listening));
                            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
                            pollAfter(changes.more() ? 0 : INTERVAL - took);
                        },
                        failure -> recover(from, failure));
    }

    private void pollAfter(long milliseconds) {
        if (milliseconds > 0) {
            vertx.setTimer(milliseconds, later -> context.runOnContext(now -> poll()));
        } else {
            context.runOnContext(now -> poll());
        }
    }

    private boolean isWaiting(ChangeBatch batch) {
        return rounds.values().stream()
                .anyMatch(round -> round.served.isBefore(changed) && round.served.isBefore(batch.to()));
    }

    private synchronized void add(ChangeBatch batch) {
        polled = null;
        reached = batch.to();
        if (!batch.isEmpty()) {
            changed = reached;
        }
        recent = recent.with(batch, KEPT, this::isWaiting);
        rounds.forEach((loop, round) -> {
            if (!round.isUnderWay) {
                round.isUnderWay = true;
                loop.runOnContext(there -> begin(loop, round));
            }
        });
    }

    private void begin(Context loop, Round round) {
        List<ChangeStream> streams;
        ChangePosition goal;
        synchronized (this) {
            goal = changed;
            round.isUnderWay = round.served.isBefore(goal);
            if (!round.isUnderWay) {
                return;
            }
            streams = List.copyOf(round.streams);
        }
        go(loop, round, streams.iterator(), goal);
    }

    private void go(Context loop, Round round, Iterator<ChangeStream> rest, ChangePosition goal) {
        RecentChanges now = recent;
        try {
            for (int i = 0; i < AT_ONCE && rest.hasNext(); i++) {
                rest.next().deliver(now);
            }
        } finally {
            if (rest.hasNext()) {
                // By a timer, since an event loop runs dozens of tasks that are ready before it looks for requests.
                vertx.setTimer(1, later -> go(loop, round, rest, goal));
            } else {
                end(round, goal);
                begin(loop, round);
            }
        }
    }

    private synchronized void end(Round round, ChangePosition goal) {
        round.served = goal;
    }

    private void recover(ChangePosition from, Throwable failure) {
        synchronized (this) {
            polled = null;
        }
        if (failure instanceof PositionLost || failure instanceof PositionExpired) {
            List<ChangeStream> lost;
            synchronized (this) {
                lost = rounds.values().stream()
                        .flatMap(round -> round.streams.stream())
                        .toList();
            }
            LOG.infof("Streams of changes end, since their position %s is not valid any more", from.text());
            lost.forEach(stream -> stream.context().runOnContext(now -> stream.lose()));
        } else {
            LOG.debugf("Changes can't be read now: %s", failure);
        }
        pollAfter(RETRY_MILLISECONDS);
    }
}
