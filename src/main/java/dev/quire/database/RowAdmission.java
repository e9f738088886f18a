package dev.quire.database;

import dev.quire.database.RequestTimeLimit.OutOfTime;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;

/**
 * A limit on concurrent changes of a row. Further changes would wait in PostgreSQL anyway, for each other or for somebody
 * else's lock on the row. Each would occupy a connection, until none is left for anything else.
 */
@Singleton
public class RowAdmission {
    private static final int MAX_CHANGES = 3;

    private final Vertx vertx;
    private final Map<Row, Queue<Runnable>> rows = new HashMap<>();
    private final Map<Row, Integer> admitted = new HashMap<>();

    RowAdmission(Vertx vertx) {
        this.vertx = vertx;
    }

    /** @param service the class of the use cases that change rows of this kind */
    private record Row(Class<?> service, long id) {}

    /**
     * Runs a change of a row when it is admitted.
     *
     * @throws OutOfTime as the failure, if the request has no time left by then
     */
    public <T> Uni<T> admit(Class<?> service, long id, Supplier<? extends Uni<? extends T>> change) {
        var row = new Row(service, id);
        // A cancelled change would be admitted all the same, and its place would never be released.
        return TransactionScope.uncancelled(() -> Uni.createFrom()
                .<Void>emitter(turn -> {
                    Context context = vertx.getOrCreateContext();
                    await(row, () -> context.runOnContext(there -> turn.complete(null)));
                })
                .chain(() -> {
                    RequestTimeLimit limit = RequestTimeLimit.current();
                    Uni<T> changed = limit != null && limit.isOver()
                            ? Uni.createFrom().failure(new OutOfTime())
                            : Uni.createFrom().deferred(change::get);
                    return changed.onTermination().invoke(() -> leave(row));
                }));
    }

    private void await(Row row, Runnable turn) {
        synchronized (rows) {
            int others = admitted.getOrDefault(row, 0);
            if (others >= MAX_CHANGES) {
                rows.computeIfAbsent(row, first -> new ArrayDeque<>()).add(turn);
                return;
            }
            admitted.put(row, others + 1);
        }
        turn.run();
    }

    private void leave(Row row) {
        Runnable next;
        synchronized (rows) {
            Queue<Runnable> waiting = rows.get(row);
            next = waiting == null ? null : waiting.remove();
            if (waiting != null && waiting.isEmpty()) {
                rows.remove(row);
            }
            if (next == null) {
                admitted.computeIfPresent(row, (same, number) -> number > 1 ? number - 1 : null);
            }
        }
        if (next != null) {
            next.run();
        }
    }
}
