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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Statements that many ask for at the same time. One runs at once. Who asks for the same while it is under way waits for its
 * end, since it began before and may not see what was stored meanwhile, and then one statement answers all of them. What is
 * made of its rows is made once.
 */
final class Gathering {
    /** How many a statement answers at most: as many of the longest posts are a few MB. */
    private static final int MOST = 32;

    /** After that nobody waits for a statement any more: it may have been sent to nobody. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

    private final Vertx vertx;
    private final BiFunction<String, Object[], Uni<RowSet<Row>>> execute;
    private final boolean writes;

    private final Map<Question, Line> lines = new HashMap<>();

    /** @param writes whether the statements store something, which none does for a request that has no time left */
    Gathering(Vertx vertx, BiFunction<String, Object[], Uni<RowSet<Row>>> execute, boolean writes) {
        this.vertx = vertx;
        this.execute = execute;
        this.writes = writes;
    }

    /** What has to be the same; the values too, unless each asker has its own. */
    private record Question(Function<RowSet<Row>, ?> reading, String sql, List<Object> values) {}

    /**
     * Gets the answer where it asked, with all that belongs to its request.
     *
     * @param limit null outside of a request
     */
    private record Asker(Object[] row, Context context, UniEmitter<? super Object> emitter, RequestTimeLimit limit) {
        void tell(Consumer<UniEmitter<? super Object>> answer) {
            context.runOnContext(there -> answer.accept(emitter));
        }
    }

    /** Those who wait for the end of a statement that is under way. */
    private static final class Line {
        private final Queue<Asker> askers = new ArrayDeque<>();
        private long moved = System.nanoTime();

        boolean isStuck() {
            return System.nanoTime() - moved > PATIENCE;
        }

        void moveTo(Line other) {
            other.askers.addAll(askers);
            askers.clear();
        }

        /**
         * The next ones.
         *
         * @param most how many one statement answers
         * @param stays whether one has not been refused meanwhile
         */
        List<Asker> next(int most, Predicate<Asker> stays) {
            moved = System.nanoTime();
            var next = new ArrayList<Asker>();
            while (!askers.isEmpty() && next.size() < most) {
                Asker asker = askers.remove();
                if (stays.test(asker)) {
                    next.add(asker);
                }
            }
            return next;
        }
    }

    /**
     * For who asks with these values.
     *
     * @param reading what to make of the rows, which never changes; the same for who makes the same, or equal to it
     */
    <T> Uni<T> same(Function<RowSet<Row>, T> reading, String sql, Object... values) {
        return ask(new Question(reading, sql, Arrays.asList(values)), null);
    }

    /** For who asks with any: the statement is given an array of the first values, one of the second values and so on. */
    <T> Uni<T> together(Function<RowSet<Row>, T> reading, String sql, Object... row) {
        return ask(new Question(reading, sql, null), row);
    }

    /** @param <T> what the reading of the question makes */
    @SuppressWarnings("unchecked")
    private <T> Uni<T> ask(Question question, Object[] row) {
        return (Uni<T>) Uni.createFrom().emitter(emitter -> {
            var asker = new Asker(row, vertx.getOrCreateContext(), emitter, RequestTimeLimit.current());
            Line begun;
            synchronized (lines) {
                Line line = lines.get(question);
                if (line != null && !line.isStuck()) {
                    line.askers.add(asker);
                    return;
                }
                begun = new Line();
                lines.put(question, begun);
                if (line != null) {
                    line.moveTo(begun);
                }
            }
            if (stays(asker)) {
                answer(question, begun, List.of(asker));
            } else {
                answerNext(question, begun);
                emitter.fail(new OutOfTime());
            }
        });
    }

    /** From now on it is in doubt what becomes of one that writes, should its time be over. */
    private boolean stays(Asker asker) {
        return asker.limit == null || (writes ? asker.limit.decide() : !asker.limit.isOver());
    }

    private void settle(List<Asker> askers) {
        if (writes) {
            askers.stream().map(Asker::limit).filter(Objects::nonNull).forEach(RequestTimeLimit::settle);
        }
    }

    private void answer(Question question, Line line, List<Asker> askers) {
        Object[] values = question.values == null
                ? columns(askers.stream().map(Asker::row).toList())
                : question.values.toArray();
        execute.apply(question.sql, values)
                .onTermination()
                .invoke((rows, failure, cancelled) -> {
                    if (rows != null || ServerError.of(failure).isPresent()) {
                        settle(askers);
                    }
                    answerNext(question, line);
                })
                .<Object>map(question.reading)
                .subscribe()
                .with(
                        answer -> askers.forEach(asker -> asker.tell(emitter -> emitter.complete(answer))),
                        failure -> askers.forEach(asker -> asker.tell(emitter -> emitter.fail(failure))));
    }

    private void answerNext(Question question, Line line) {
        List<Asker> next;
        synchronized (lines) {
            // Of those who ask the same, any number has one answer.
            next = line.next(question.values == null ? MOST : Integer.MAX_VALUE, this::stays);
            if (next.isEmpty()) {
                lines.remove(question, line);
            }
        }
        if (!next.isEmpty()) {
            // A part of what one of them does, no more of who asked before.
            next.get(0).context.runOnContext(there -> answer(question, line, next));
        }
    }

    /** An array of the first values of these rows, one of the second values and so on. */
    static Object[] columns(List<Object[]> rows) {
        var columns = new Object[rows.get(0).length];
        for (int i = 0; i < columns.length; i++) {
            int column = i;
            columns[i] = rows.get(0)[i] instanceof Long
                    ? rows.stream().map(row -> (Long) row[column]).toArray(Long[]::new)
                    : rows.stream().map(row -> (String) row[column]).toArray(String[]::new);
        }
        return columns;
    }
}
