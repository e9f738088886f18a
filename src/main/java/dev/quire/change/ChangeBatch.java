package dev.quire.change;

import dev.quire.query.ChangeFeed.Change;
import dev.quire.query.ChangeFeed.Changes;
import dev.quire.query.ChangePosition;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Changes as server-sent events (HTML, section 9.2). The events of a batch are built once for all clients that read the same
 * kinds.
 */
final class ChangeBatch {
    private final ChangePosition from;
    private final Changes changes;
    private final Set<String> privateKinds;
    private final Set<Long> readers;

    /** The ids of the users whose private rows are in this batch. */
    private final Set<Long> owners = new HashSet<>();

    private final Map<List<String>, Buffer> shared = new HashMap<>();

    /**
     * @param from the position before the first change
     * @param readers the users whose private rows were read
     */
    ChangeBatch(ChangePosition from, Changes changes, Set<String> privateKinds, Set<Long> readers) {
        this.from = from;
        this.changes = changes;
        this.privateKinds = privateKinds;
        this.readers = readers;
        for (Change change : changes.changes()) {
            if (isPrivate(change)) {
                owners.add(change.position().id());
            }
        }
    }

    /** Returns one batch of several that continue each other. */
    static ChangeBatch merge(List<ChangeBatch> batches) {
        ChangeBatch first = batches.get(0);
        ChangeBatch last = batches.get(batches.size() - 1);
        List<Change> all = batches.stream()
                .flatMap(batch -> batch.changes.changes().stream())
                .toList();
        return batches.size() == 1
                ? first
                : new ChangeBatch(
                        first.from, new Changes(all, last.to(), last.changes.more()), first.privateKinds, last.readers);
    }

    boolean isEmpty() {
        return changes.changes().isEmpty();
    }

    /** Returns the size of the changes, in bytes. */
    int bytes() {
        return changes.changes().stream()
                .mapToInt(change -> ByteBufUtil.utf8Bytes(change.json()))
                .sum();
    }

    /** Returns whether this batch has everything that comes next after a position. */
    boolean continues(ChangePosition position) {
        return !position.isBefore(from);
    }

    /** Returns whether the private rows of this user were read. */
    boolean isFor(long reader) {
        return readers.contains(reader);
    }

    /** Returns whether there was nothing more after this batch. */
    boolean isLast() {
        return !changes.more();
    }

    ChangePosition to() {
        return changes.position();
    }

    /**
     * Returns the events for a client.
     *
     * @param reached the position that the client has reached, which may be within the batch
     * @param reader the id of the client's user
     * @return an empty buffer if there are none
     */
    Buffer events(ChangePosition reached, List<String> kinds, long reader) {
        if (from.isBefore(reached) || owners.contains(reader)) {
            return events(change -> reached.isBefore(change.position())
                    && kinds.contains(change.position().kind())
                    && (!isPrivate(change) || change.position().id() == reader));
        }
        synchronized (shared) {
            return shared.computeIfAbsent(
                    kinds,
                    names -> events(change -> !isPrivate(change)
                            && names.contains(change.position().kind())));
        }
    }

    private boolean isPrivate(Change change) {
        return privateKinds.contains(change.position().kind());
    }

    private Buffer events(Predicate<Change> isFor) {
        var events = new StringBuilder();
        for (Change change : changes.changes()) {
            if (isFor.test(change)) {
                events.append("id: ").append(change.position().text()).append("\nevent: change\ndata: ");
                events.append(change.json()).append("\n\n");
            }
        }
        if (!events.isEmpty() && isLast()) {
            events.append(synced(to()));
        }
        return Buffer.buffer(events.toString());
    }

    /** Returns the event that tells a client that it has everything. */
    static String synced(ChangePosition position) {
        String text = position.text();
        return "id: " + text + "\nevent: synced\ndata: {\"position\":\"" + text + "\"}\n\n";
    }
}
