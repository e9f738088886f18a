package dev.quire.database;

import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import java.util.List;
import java.util.function.Function;

/**
 * A statement that is a transaction of its own.
 *
 * @param values numbers and texts in a batch
 * @param reading maps the rows. Callers are served together only if theirs are equal, so it is a constant or a record there
 */
public record SqlStatement<T>(String sql, List<Object> values, Function<RowSet<Row>, T> reading, Mode mode) {
    /** The connection of a statement, and whether concurrent callers are served together. */
    public enum Mode {
        /** On a connection of its own, so that it may take long and wait for a lock. */
        OWN_CONNECTION,

        /**
         * On a pipelined connection, once for all concurrent callers with the same values. It is certainly quick and locks
         * nothing, since other statements wait for its answer.
         */
        SHARED,

        /**
         * Like {@link #SHARED}, but for callers with any values: those of the statement are an array of the first values of
         * the callers, an array of their second values, and so on.
         */
        BATCHED,

        /** Like {@link #BATCHED}, but on a connection of its own. It stores something, and waits for no lock. */
        BATCHED_WRITE,

        /**
         * On a pipelined connection, but deferrable: such statements run one after the other, and at intervals while other
         * statements are pending. It is as quick as one that is shared.
         */
        BACKGROUND
    }

    boolean isBatched() {
        return mode == Mode.BATCHED || mode == Mode.BATCHED_WRITE;
    }
}
