package dev.quire.database;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A connection that many statements share: each is sent at once, and answered after those that were sent before. It is
 * made when it is needed, and again when it was lost.
 */
final class PipelinedConnection {
    /** Of statements that are quick, one at least is answered in that time, or nobody is there to do it. */
    private static final long ANSWER_TIMEOUT = TimeUnit.SECONDS.toNanos(10);

    private final SqlClient client;
    private final QueryCoalescer readers;
    private final AtomicInteger unanswered = new AtomicInteger();
    private volatile long heard;

    PipelinedConnection(Vertx vertx, SqlClient client) {
        this.client = client;
        this.readers = new QueryCoalescer(vertx, this::execute, false);
    }

    /** Where those who ask for the same come together. */
    QueryCoalescer readers() {
        return readers;
    }

    /** Sends a statement when somebody waits for its answer: one that nobody asks for any more is neither sent nor counted. */
    Uni<RowSet<Row>> execute(String sql, Object... values) {
        return Uni.createFrom().deferred(() -> {
            if (!isBusy()) {
                note();
            }
            unanswered.incrementAndGet();
            return client.preparedQuery(sql)
                    .execute(Tuple.wrap(values))
                    .onTermination()
                    .invoke(() -> {
                        note();
                        unanswered.decrementAndGet();
                    });
        });
    }

    private void note() {
        heard = System.nanoTime();
    }

    int unanswered() {
        return unanswered.get();
    }

    boolean isBusy() {
        return unanswered() > 0;
    }

    /** Whether there are statements, and has been no answer for long: what a network does that swallows everything. */
    boolean isDead() {
        return unanswered.get() > 0 && System.nanoTime() - heard > ANSWER_TIMEOUT;
    }

    void close() {
        client.closeAndForget();
    }
}
