package dev.quire.query;

import dev.quire.database.SqlExecutor;
import dev.quire.database.SqlStatement;
import dev.quire.database.SqlStatement.Mode;
import dev.quire.json.RawJson;
import dev.quire.query.EntityMapping.Attribute;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.pgclient.PgException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A statement that inserts a row and reads it in the default projection. Since PostgreSQL does not yet show the rows that a
 * statement inserts in their tables, it reads each of these tables along with the rows just inserted, and others as they are.
 */
public final class RowInserter {
    private static final Function<RowSet<Row>, Map<Long, InsertedRow>> BY_TICKET = rows -> QueryService.stream(rows)
            .collect(Collectors.toMap(
                    row -> row.getLong(0), row -> new InsertedRow(row.getLong(1), new RawJson(row.getString(2)))));

    private final SqlExecutor executor;
    private final EntityMapping mapping;
    private final String shared;
    private final String alone;
    private final String inSession;

    /** The source of the tickets by which callers find the row that they inserted among those of others. */
    private final AtomicLong tickets = new AtomicLong();

    /**
     * A row that was inserted.
     *
     * @param json its JSON object in the default projection
     */
    public record InsertedRow(long id, RawJson json) {}

    RowInserter(SqlExecutor executor, Projection projection, String insert, Map<String, String> inserted) {
        this.executor = executor;
        this.mapping = projection.representation().entity();
        shared = sql(SqlText.ofStatement(), projection, insert, " skip locked", inserted);
        alone = sql(SqlText.ofStatement(), projection, insert, "", inserted);
        inSession = sql(SqlText.ofSession(), projection, insert, "", inserted);
    }

    static String sql(SqlText text, Projection projection, String insert, String lock, Map<String, String> inserted) {
        List<Attribute> attributes = projection.representation().entity().ownAttributes();
        String arrays = attributes.stream()
                .map(attribute -> "(select cast(cast(? as text[]) as " + attribute.type() + "[]))")
                .collect(Collectors.joining(", "));
        String columns = attributes.stream().map(Attribute::column).collect(Collectors.joining(", "));
        Map<String, String> sources = inserted.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        table -> "(select * from " + table.getKey() + " union all select * from " + table.getValue()
                                + ")"));
        return text.add("with " + insert.formatted(lock, arrays, columns) + " select r0.ticket, r0.id, "
                        + projection.json(sources) + " from created r0")
                .sql();
    }

    /**
     * Inserts a row. The statement is part of the transaction of the caller. Without a transaction, it is shared with
     * callers that insert such rows concurrently.
     *
     * @param entity an entity with its attributes
     * @param values the values of the parameters between the ticket and the attributes, numbers and texts
     * @return null as the item if no row was inserted
     */
    public Uni<InsertedRow> insert(Object entity, Object... values) {
        long ticket = tickets.incrementAndGet();
        var row = new ArrayList<Object>(List.of(ticket));
        row.addAll(List.of(values));
        row.addAll(mapping.ownValues(entity));
        if (SqlExecutor.isFree()) {
            return executor.execute(new SqlStatement<>(shared, row, BY_TICKET, Mode.BATCHED_WRITE))
                    .map(made -> made.get(ticket))
                    // The shared statement failed for all callers and stored nothing, so each tries alone.
                    .onFailure(PgException.class)
                    .recoverWithNull()
                    .onItem()
                    .ifNull()
                    .switchTo(() -> executor.execute(
                                    new SqlStatement<>(alone, SqlExecutor.alone(row), BY_TICKET, Mode.OWN_CONNECTION))
                            .map(made -> made.get(ticket)));
        }
        return QueryService.stored(inSession, SqlExecutor.alone(row), jakarta.persistence.Tuple.class)
                .onItem()
                .ifNotNull()
                .transform(made -> new InsertedRow(made.get(1, Long.class), new RawJson(made.get(2, String.class))));
    }
}
