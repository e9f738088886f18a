package dev.quire.query;

import java.util.ArrayList;
import java.util.List;

/** An SQL statement under construction, with its values as $1, $2 and so on. */
final class SqlStatement {
    private final StringBuilder sql = new StringBuilder();
    private final List<Object> values = new ArrayList<>();
    private boolean quick = true;

    SqlStatement add(String more) {
        sql.append(more);
        return this;
    }

    /** Adds SQL with a question mark for each of these values. */
    SqlStatement add(String more, List<?> values) {
        int from = 0;
        for (Object value : values) {
            int mark = more.indexOf('?', from);
            this.values.add(value);
            sql.append(more, from, mark).append('$').append(this.values.size());
            from = mark + 1;
        }
        sql.append(more, from, more.length());
        return this;
    }

    /** Marks a statement that may take long, or lock something. */
    SqlStatement slow() {
        quick = false;
        return this;
    }

    boolean isQuick() {
        return quick;
    }

    String sql() {
        return sql.toString();
    }

    List<Object> values() {
        return values;
    }
}
