package dev.quire.database;

import dev.quire.database.RequestTimeLimit.OutOfTime;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Coalesces concurrent queries. The first runs immediately. Callers that arrive while it runs are queued, because its
 * snapshot may predate their request, and are then served together by one statement, whose rows are mapped once.
 */
final class QueryCoalescer {
    /** The maximum number of callers that one statement serves. This many of the longest posts are a few MB. */
    private static final int MAX_BATCH = 32;

    /** The time after which a running statement counts as lost, and its queue starts anew. */
    private static final long STUCK_TIMEOUT = TimeUnit.SECONDS.toNanos(1);

    private final Vertx vertx;
    private final BiFunction<String, Object[], Uni<RowSet<Row>>> execute;
    private final boolean writes;

    /** The running statements, without values when each caller has its own. */
    private final Map<SqlStatement<?>, WaitQueue> queues = new HashMap<>();

    /** @param writes whether the statements store something, which is not done for a request after its deadline */
    QueryCoalescer(Vertx vertx, BiFunction<String, Object[], Uni<RowSet<Row>>> execute, boolean writes) {
        this.vertx = vertx;
        this.execute = execute;
        this.writes = writes;
    }

    /**
     * A caller, which is answered on the Vert.x context of its call.
     *
     * @param values the values of this caller
     * @param limit null outside of a request
     */
    private record Waiter(
            List<Object> values, Context context, UniEmitter<? super Object> emitter, RequestTimeLimit limit) {
        void tell(Consumer<UniEmitter<? super Object>> answer) {
            context.runOnContext(there -> answer.accept(emitter));
        }
    }

    /** The callers that wait for the end of a running statement. */
    private static final class WaitQueue {
        private final Queue<Waiter> waiters = new ArrayDeque<>();
        private long lastServed = System.nanoTime();

        boolean isStuck() {
            return System.nanoTime() - lastServed > STUCK_TIMEOUT;
        }

        void moveTo(WaitQueue other) {
            other.waiters.addAll(waiters);
            waiters.clear();
        }

        /**
         * Removes the next callers.
         *
         * @param max the number of callers that one statement serves
         * @param stays tells whether a caller has not been rejected in the meantime
         */
        List<Waiter> next(int max, Predicate<Waiter> stays) {
            lastServed = System.nanoTime();
            var next = new ArrayList<Waiter>();
            while (!waiters.isEmpty() && next.size() < max) {
                Waiter waiter = waiters.remove();
                if (stays.test(waiter)) {
                    next.add(waiter);
                }
            }
            return next;
        }
    }

    /** Runs a statement once for all callers with the same values, or for a batch of callers with any values. */
    @SuppressWarnings("unchecked")
    <T> Uni<T> execute(SqlStatement<T> statement) {
        SqlStatement<T> key = statement.isBatched()
                ? new SqlStatement<>(statement.sql(), null, statement.reading(), statement.mode())
                : statement;
        return (Uni<T>) Uni.createFrom().emitter(emitter -> {
            var waiter =
                    new Waiter(statement.values(), vertx.getOrCreateContext(), emitter, RequestTimeLimit.current());
            WaitQueue begun;
            synchronized (queues) {
                WaitQueue queue = queues.get(key);
                if (queue != null && !queue.isStuck()) {
                    queue.waiters.add(waiter);
                    return;
                }
                begun = new WaitQueue();
                queues.put(key, begun);
                if (queue != null) {
                    queue.moveTo(begun);
                }
            }
            if (stays(waiter)) {
                answer(key, begun, List.of(waiter));
            } else {
                answerNext(key, begun);
                emitter.fail(new OutOfTime());
            }
        });
    }

    /** Decides whether a caller is still served; from then on the outcome of a write is in doubt if its time runs out. */
    private boolean stays(Waiter waiter) {
        return waiter.limit == null || (writes ? waiter.limit.decide() : !waiter.limit.isOver());
    }

    private void settle(List<Waiter> waiters) {
        if (writes) {
            waiters.stream().map(Waiter::limit).filter(Objects::nonNull).forEach(RequestTimeLimit::settle);
        }
    }

    private void answer(SqlStatement<?> key, WaitQueue queue, List<Waiter> waiters) {
        Object[] values = key.isBatched()
                ? columns(waiters.stream().map(Waiter::values).toList())
                : key.values().toArray();
        execute.apply(key.sql(), values)
                .onTermination()
                .invoke((rows, failure, cancelled) -> {
                    if (rows != null || ServerError.of(failure).isPresent()) {
                        settle(waiters);
                    }
                    answerNext(key, queue);
                })
                .<Object>map(key.reading())
                .subscribe()
                .with(
                        answer -> waiters.forEach(waiter -> waiter.tell(emitter -> emitter.complete(answer))),
                        failure -> waiters.forEach(waiter -> waiter.tell(emitter -> emitter.fail(failure))));
    }

    private void answerNext(SqlStatement<?> key, WaitQueue queue) {
        List<Waiter> next;
        synchronized (queues) {
            // Any number of callers with the same values get one answer.
            next = queue.next(key.isBatched() ? MAX_BATCH : Integer.MAX_VALUE, this::stays);
            if (next.isEmpty()) {
                queues.remove(key, queue);
            }
        }
        if (!next.isEmpty()) {
            // On the context of a caller, so that the trace of the statement does not become part of the previous
            // request.
            next.get(0).context.runOnContext(there -> answer(key, queue, next));
        }
    }

    /** Returns an array of the first values of these rows, an array of their second values, and so on. */
    static Object[] columns(List<List<Object>> rows) {
        var columns = new Object[rows.get(0).size()];
        for (int i = 0; i < columns.length; i++) {
            int column = i;
            columns[i] = rows.get(0).get(i) instanceof Long
                    ? rows.stream().map(row -> (Long) row.get(column)).toArray(Long[]::new)
                    : rows.stream().map(row -> (String) row.get(column)).toArray(String[]::new);
        }
        return columns;
    }
}
