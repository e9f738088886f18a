package dev.quire.query;

import dev.quire.database.SqlExecutor;
import dev.quire.http.FieldParameters;
import dev.quire.problem.ProblemException.PositionExpired;
import dev.quire.problem.ProblemException.PositionLost;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The changes of all rows, in the order of their transactions. A change is read once no transaction is running that began
 * before it, so that none is committed behind a position that a reader has passed. A row comes in its present state.
 */
@Singleton
public class ChangeFeed {
    /** The number of changes that a statement reads without delaying others on its connection. */
    private static final int QUICK = 200;

    private static final String AFTER = " from (select changed_in, kind, id, other, deleted_at from changes"
            + " where (changed_in, kind, id, other) > (cast(cast(? as text) as xid8), ?, ?, ?)"
            + " and changed_in < (select horizon from history) and kind = any (string_to_array(?, ','))"
            + " and (deleted_at is null or changed_in >= cast(cast(? as text) as xid8))";

    private final SqlExecutor executor;
    private final ChangeHistory history;
    private final Map<String, ChangeKind> kinds;

    /** The JSON object of a row of {@code c} as an SQL expression. */
    private final String json;

    /** The size of the texts of that row as an SQL expression, which takes no time, as it reads none of them. */
    private final String length;

    ChangeFeed(
            SqlExecutor executor, ChangeHistory history, Representations representations, @All List<ChangeKind> kinds) {
        this.executor = executor;
        this.history = history;
        this.kinds = kinds.stream()
                .sorted((one, other) -> one.name().compareTo(other.name()))
                .collect(Collectors.toMap(
                        ChangeKind::name, Function.identity(), (one, other) -> one, LinkedHashMap::new));
        this.json = this.kinds.values().stream()
                .map(kind -> "when '" + kind.name() + "' then " + json(kind, representations))
                .collect(Collectors.joining(" ", "case c.kind ", " end"));
        this.length = this.kinds.values().stream()
                .filter(kind -> kind.row() != null && !kind.row().textColumns().isEmpty())
                .map(kind -> "when '" + kind.name() + "' then " + length(kind.row()))
                .collect(Collectors.joining(" ", "case c.kind ", " end"));
    }

    private static String length(Representation row) {
        String sum = row.textColumns().stream()
                .map(column -> "octet_length(" + column + ")")
                .collect(Collectors.joining(" + "));
        return "(select " + sum + " from " + row.table() + " r0 where r0.id = c.id)";
    }

    private static String json(ChangeKind kind, Representations representations) {
        String value = "'{}'";
        if (kind.row() != null) {
            Projection projection = representations.select(kind.row(), FieldParameters.STANDARD);
            value = "(select " + projection.json() + " from " + kind.row().table() + " r0 where r0.id = c.id)";
        }
        String keys = kind.keys().size() == 1
                ? "'\"id\":', c.id"
                : "'\"" + kind.keys().get(0) + "\":', c.id, ',\"" + kind.keys().get(1) + "\":', c.other";
        return "concat('{\"kind\":\"" + kind.name() + "\",', " + keys
                + ", coalesce(',\"value\":' || case when c.deleted_at is null then " + value
                + " end, ',\"deleted\":true')"
                + ", '}')";
    }

    /** Returns all kinds by name, in the order of their names. */
    public Map<String, ChangeKind> kinds() {
        return kinds;
    }

    /**
     * A change of a row.
     *
     * @param json its JSON object
     * @param position the position after it
     */
    public record Change(String json, ChangePosition position) {}

    /**
     * Some changes.
     *
     * @param position the position after the last
     * @param more whether there are more now
     */
    public record Changes(List<Change> changes, ChangePosition position, boolean more) {}

    /**
     * Reads the changes after a position, at most so many, and none that begins after so many bytes.
     *
     * @param readers the ids of the users whose private rows are read
     * @throws PositionExpired as the failure, if deleted rows after the position have been forgotten
     * @throws PositionLost as the failure, if the position belongs to another database
     * @throws ServiceUnavailable as the failure, while the changes of a restored database are prepared
     */
    public Uni<Changes> read(
            ChangePosition from, Collection<String> of, Collection<Long> readers, int limit, int bytes) {
        SqlText text = SqlText.ofStatement()
                .add("with " + ChangeHistory.HISTORY + " select cast(expired_in as text), cast(horizon as text),"
                        + " cast(last_in as text), name, cast(c.changed_in as text), c.kind, c.id, c.other,"
                        + " case when c.bytes - octet_length(c.json) < " + bytes + " then c.json end"
                        + " from history left join (select c.*, sum(octet_length(json)) over"
                        + " (order by changed_in, kind, id, other) bytes from (select c.*,"
                        // Rows that are too many are not read at all.
                        + " case when coalesce(c.texts, 0) < " + bytes + " then " + json
                        + " end json from (select c.*, sum("
                        + length + ") over (order by changed_in, kind, id, other"
                        + " rows between unbounded preceding and 1 preceding) texts")
                .add(
                        AFTER,
                        List.of(
                                Long.toString(from.transaction()),
                                from.kind(),
                                from.id(),
                                from.other(),
                                String.join(",", of),
                                // Before the first change has been read, nobody needs to be told of deleted rows.
                                Long.toString(from.isBeginning() ? Long.MAX_VALUE : from.start())));
        for (String kind : of) {
            if (kinds.get(kind).isPrivate()) {
                text.add(" and (kind <> '" + kind + "' or id = any (?))", List.of((Object)
                        readers.toArray(Long[]::new)));
            }
        }
        text.add(" order by changed_in, kind, id, other limit " + (limit + 1)
                + ") c) c offset 0) c) c on true order by c.changed_in, c.kind, c.id, c.other");
        return executor.execute((limit > QUICK ? text.slow() : text).reading(new Reading(from, limit)))
                .onItem()
                .ifNull()
                .switchTo(history::rebuild);
    }

    /** The mapping of the rows; to null if the database has no history. */
    private record Reading(ChangePosition from, int limit) implements Function<RowSet<Row>, Changes> {
        @Override
        public Changes apply(RowSet<Row> rows) {
            var changes = new ArrayList<Change>();
            ChangePosition position = from;
            for (Row row : rows) {
                String history = row.getString(3);
                long expired = Long.parseLong(row.getString(0));
                String last = row.getString(2);
                long end = Math.max(expired, last == null ? 0 : Long.parseLong(last)) + 1;
                if (changes.isEmpty()) {
                    check(history, Long.parseLong(row.getString(1)), expired);
                    position = from.begin(history, end);
                }
                if (row.getString(4) == null) {
                    return new Changes(List.of(), position.end(end), false);
                }
                if (changes.size() == limit || row.getString(8) == null) {
                    return new Changes(changes, position, true);
                }
                position = position.after(
                        Long.parseLong(row.getString(4)), row.getString(5), row.getLong(6), row.getLong(7));
                changes.add(new Change(row.getString(8), position));
                if (changes.size() == rows.size()) {
                    return new Changes(changes, position.end(end), false);
                }
            }
            return null;
        }

        private void check(String history, long horizon, long expired) {
            if (from.isBeginning()) {
                return;
            }
            if (!from.history().equals(history) || from.transaction() > horizon) {
                throw new PositionLost();
            }
            if (from.needed() <= expired) {
                throw new PositionExpired();
            }
        }
    }
}
