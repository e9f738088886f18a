package dev.quire.change;

import dev.quire.query.ChangePosition;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The latest batches of changes for all streams, each of which continues the one before. Immutable. */
final class RecentChanges {
    static final RecentChanges NONE = new RecentChanges(List.of());

    private final List<ChangeBatch> batches;

    /** The batches from each on in one, as soon as a stream needs it. */
    private final ChangeBatch[] merged;

    private RecentChanges(List<ChangeBatch> batches) {
        this.batches = batches;
        this.merged = new ChangeBatch[batches.size()];
    }

    /**
     * Returns these batches and one more.
     *
     * @param kept the number of batches that are kept anyway
     * @param isNeeded returns whether an older one is kept as well
     */
    RecentChanges with(ChangeBatch batch, int kept, Predicate<ChangeBatch> isNeeded) {
        int old = Math.max(0, batches.size() - kept + 1);
        return new RecentChanges(Stream.of(
                        batches.subList(0, old).stream().filter(isNeeded),
                        batches.subList(old, batches.size()).stream(),
                        Stream.of(batch))
                .flatMap(some -> some)
                .toList());
    }

    long count(Predicate<ChangeBatch> predicate) {
        return batches.stream().filter(predicate).count();
    }

    /** Returns the size of some of them, in bytes. */
    int bytes(Predicate<ChangeBatch> predicate) {
        return batches.stream().filter(predicate).mapToInt(ChangeBatch::bytes).sum();
    }

    /**
     * Returns whether everything after a position is here, with the private rows of a user.
     *
     * @param max the maximum size of it, in bytes
     */
    boolean hasAllAfter(ChangePosition position, long reader, int max) {
        List<ChangeBatch> missed = batches.subList(indexAfter(position), batches.size());
        return !missed.isEmpty()
                && missed.get(0).continues(position)
                && missed.stream().allMatch(batch -> batch.isFor(reader))
                && missed.stream().mapToInt(ChangeBatch::bytes).sum() <= max;
    }

    /** Returns everything that is new after a position; null if nothing is. */
    ChangeBatch after(ChangePosition position) {
        int first = indexAfter(position);
        if (first == batches.size()) {
            return null;
        }
        synchronized (merged) {
            if (merged[first] == null) {
                merged[first] = ChangeBatch.merge(batches.subList(first, batches.size()));
            }
            return merged[first];
        }
    }

    private int indexAfter(ChangePosition position) {
        int i = batches.size();
        while (i > 0 && position.isBefore(batches.get(i - 1).to())) {
            i--;
        }
        return i;
    }
}
