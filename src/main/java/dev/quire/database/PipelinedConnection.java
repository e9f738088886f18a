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
 * A connection that many statements share. Each statement is sent immediately, and answered after those sent before it. The
 * connection is opened on demand, and reopened if lost.
 */
final class PipelinedConnection {
    /** The time in nanoseconds in which at least one of many quick statements is answered, unless the connection is dead. */
    private static final long ANSWER_TIMEOUT = TimeUnit.SECONDS.toNanos(10);

    private final SqlClient client;
    private final QueryCoalescer readers;
    private final AtomicInteger unanswered = new AtomicInteger();
    private volatile long heard;

    PipelinedConnection(Vertx vertx, SqlClient client) {
        this.client = client;
        this.readers = new QueryCoalescer(vertx, this::execute, false);
    }

    /** Returns the coalescer of the queries on this connection. */
    QueryCoalescer readers() {
        return readers;
    }

    /** Sends a statement on subscription. A statement that nobody waits for any more is neither sent nor counted. */
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

    /** Returns true if statements are pending and none was answered for long, as in a network that drops every packet. */
    boolean isDead() {
        return unanswered.get() > 0 && System.nanoTime() - heard > ANSWER_TIMEOUT;
    }

    void close() {
        client.closeAndForget();
    }
}
