package dev.quire.query;

import dev.quire.database.DatabasePool;
import dev.quire.database.SqlStatement;
import dev.quire.json.RawJson;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A JSON object with members from everywhere in the database, which a single statement reads from a single snapshot. */
public final class Answer {
    /** The maximum length of the JSON, in bytes. */
    public static final int MAX_LENGTH = 4 << 20;

    private static final Function<RowSet<Row>, Read> READ = rows -> {
        Row row = rows.iterator().next();
        return new Read(row.getString(0) == null ? null : new RawJson(row.getString(0)), row.getInteger(1));
    };

    private final JsonParts parts = new JsonParts();
    private boolean quick = true;
    private boolean filtered;

    /**
     * The JSON that was read.
     *
     * @param json null if it is too long
     * @param length its length in bytes
     */
    public record Read(RawJson json, int length) {}

    /** Adds JSON that needs no database. */
    public Answer constant(String key, String json) {
        parts.add(key, (to, level, sources) -> to.add("cast(? as text)", List.of(json)));
        return this;
    }

    /** Adds the object of the only row that matches the filter; null if none does. */
    public Answer one(String key, Projection projection, Filter filter) {
        quick &= !projection.counts();
        parts.add(key, (to, level, sources) -> {
            to.add("coalesce((select ");
            projection.write(to);
            QueryBuilder.where(to.add(QueryBuilder.from(projection.representation())), filter);
            to.add("), 'null')");
        });
        return this;
    }

    /** Adds a page of a list. */
    public Answer page(String key, Connection page) {
        quick &= !page.counts();
        filtered |= page.isFiltered();
        parts.add(key, (to, level, sources) -> {
            to.add("(");
            page.write(to);
            to.add(")");
        });
        return this;
    }

    /**
     * Returns the statement that reads everything.
     *
     * @param many whether there are so many rows that it must not delay others
     */
    public SqlStatement<Read> statement(boolean many) {
        SqlText text = SqlText.ofStatement();
        text.add("select case when length <= " + MAX_LENGTH
                + " then json end, length from (select json, octet_length(json) length from (select ");
        parts.write(text, 0, Map.of());
        // Otherwise PostgreSQL would build it anew wherever it is named.
        text.add(" json offset 0) built) measured");
        if (filtered) {
            // The best plan depends on the number of rows that match.
            text.add(" " + DatabasePool.PLANNED_ANEW);
        }
        return (quick && !filtered && !many ? text : text.slow()).reading(READ);
    }
}
