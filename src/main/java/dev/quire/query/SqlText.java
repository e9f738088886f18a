package dev.quire.query;

import dev.quire.database.SqlStatement;
import dev.quire.database.SqlStatement.Mode;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** An SQL statement under construction, with its values. It is shared, unless marked otherwise. */
final class SqlText {
    private final StringBuilder sql = new StringBuilder();
    private final List<Object> values = new ArrayList<>();
    private final char marker;
    private int marks;
    private Mode mode = Mode.SHARED;

    private SqlText(char marker) {
        this.marker = marker;
    }

    /** Returns an empty text for the executor, with the values as $1, $2 and so on. */
    static SqlText ofStatement() {
        return new SqlText('$');
    }

    /** Returns an empty text for a session of Hibernate, with the values as ?1, ?2 and so on. */
    static SqlText ofSession() {
        return new SqlText('?');
    }

    SqlText add(String more) {
        return add(more, List.of());
    }

    /** Adds SQL with a question mark for each of these values. */
    SqlText add(String more, List<?> values) {
        int from = 0;
        for (int mark = more.indexOf('?'); mark >= 0; mark = more.indexOf('?', from)) {
            sql.append(more, from, mark).append(marker).append(++marks);
            from = mark + 1;
        }
        sql.append(more, from, more.length());
        this.values.addAll(values);
        return this;
    }

    /** Marks a statement that may take long, or lock something. */
    SqlText slow() {
        mode = Mode.OWN_CONNECTION;
        return this;
    }

    /** Marks a statement as deferrable, unless it is slow. */
    SqlText deferrable() {
        mode = mode == Mode.SHARED ? Mode.BACKGROUND : mode;
        return this;
    }

    /** Returns the statement with a mapping of its rows. */
    <T> SqlStatement<T> reading(Function<RowSet<Row>, T> reading) {
        return new SqlStatement<>(sql(), values, reading, mode);
    }

    String sql() {
        return sql.toString();
    }

    List<Object> values() {
        return values;
    }
}
