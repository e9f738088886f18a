package dev.quire.query;

import dev.quire.query.EntityMapping.Join;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A selection of the rows of a list. In its SQL, {@code r0} is a row of the list.
 *
 * @param conditions the conditions that all of the rows fulfil
 * @param ranges another condition, for which an index has the rows in the order of the list; null for none
 */
public record Filter(List<Condition> conditions, IndexRanges ranges) {
    /** The description of the parameter {@code createdAfter} in the OpenAPI document. */
    public static final String CREATED_AFTER = "Those created later. Not for polling: a row whose transaction ends late"
            + " appears with the time at which it began, and would be missed";

    private static final String CREATED_AT = "createdAt";

    /** The filter that every row matches. */
    public static final Filter ALL_ROWS = new Filter(List.of(), null);

    /**
     * A condition that the rows of a list have to fulfil.
     *
     * @param sql the SQL with a question mark for each value
     */
    public record Condition(String sql, List<Object> values) {}

    /**
     * An index that holds, for each value of a filter, the rows in the order of the list. A page reads its length from the
     * range of each value and merges the ranges. It reads no more than that, however many rows there are.
     *
     * @param condition the same condition without that index
     * @param of the values
     * @param rows the SQL after {@code from}
     * @param value the column of the value in that index
     * @param id the column of the id of {@code r0} in that index
     * @param columns the columns of the rows in that index, by the members that a list may be sorted by there
     */
    public record IndexRanges(
            Condition condition, List<Long> of, String rows, String value, String id, Map<String, String> columns) {
        /** Returns a condition with the columns of the index in place of those of the row, where the index has them. */
        String inIndex(EntityMapping of, String condition) {
            String sql = condition;
            for (var column : columns.entrySet()) {
                sql = sql.replace("r0." + of.attribute(column.getKey()).column(), column.getValue());
            }
            return sql;
        }
    }

    /** Returns a filter for the rows that fulfil a condition. */
    public static Filter of(String sql, Object... values) {
        return new Filter(List.of(new Condition(sql, List.of(values))), null);
    }

    /** Returns a filter for the row with this id. */
    public static Filter id(long id) {
        return of("r0.id = ?", id);
    }

    /** Returns a filter for the rows with this name in a member, regardless of case. */
    public static Filter named(Representation of, String member, String name) {
        return of("fold(" + column(of, member) + ") = fold(?)", name);
    }

    /** Returns a filter for the rows with a member later than this time. */
    public static Filter after(Representation of, String member, Instant time) {
        return of(column(of, member) + " > ?", time.atOffset(ZoneOffset.UTC));
    }

    /** Returns a filter for the rows with a member earlier than this time. */
    private static Filter before(Representation of, String member, Instant time) {
        return of(column(of, member) + " < ?", wholeMicros(time).atOffset(ZoneOffset.UTC));
    }

    /** Returns a filter for the rows created after the first time and before the second; null for any time. */
    public static Filter created(Representation of, Instant after, Instant before) {
        Filter later = after == null ? ALL_ROWS : after(of, CREATED_AT, after);
        return before == null ? later : later.and(before(of, CREATED_AT, before));
    }

    private static String column(Representation of, String member) {
        return "r0." + of.entity().attribute(member).column();
    }

    /** Returns a filter for the rows that a relation leads from to any of these ids. */
    public static Filter related(Representation of, String relation, List<Long> ids) {
        var join = of.entity().join(relation);
        var condition = new Condition(related(join), List.of(array(ids)));
        if (join.index() == null) {
            return new Filter(List.of(condition), null);
        }
        var index = join.index();
        return new Filter(
                List.of(),
                new IndexRanges(
                        condition,
                        ids,
                        row(index.rows()),
                        row(join.id()),
                        row(index.id()),
                        index.columns().entrySet().stream()
                                .collect(Collectors.toMap(Map.Entry::getKey, column -> row(column.getValue())))));
    }

    /** Returns a filter for the rows that a relation leads from to none of these ids. */
    public static Filter unrelated(Representation of, String relation, List<Long> ids) {
        return of("not " + related(of.entity().join(relation)), array(ids));
    }

    private static String related(Join join) {
        if (!join.many() && join.id().startsWith("{row}")) {
            return row(join.id()) + " = any (?)";
        }
        String rows = join.links() == null ? join.from() : join.links();
        return row("exists (select from " + rows + " where " + join.condition() + " and " + join.id() + " = any (?))");
    }

    private static String row(String sql) {
        return sql.replace("{row}", "r0").replace("{it}", "r1");
    }

    /** Returns the ids as a single value, not a value for each id. */
    private static Object array(List<Long> ids) {
        return ids.toArray(Long[]::new);
    }

    /** Rounds up to microseconds, the precision of PostgreSQL. A finer time would be cut to an earlier time. */
    private static Instant wholeMicros(Instant time) {
        Instant cut = time.truncatedTo(ChronoUnit.MICROS);
        return cut.equals(time) ? time : cut.plus(1, ChronoUnit.MICROS);
    }

    /** Returns a filter for the rows that fulfil both. */
    public Filter and(Filter other) {
        if (ranges == null) {
            return new Filter(concat(conditions, other.conditions), other.ranges);
        }
        return new Filter(concat(conditions, other.all()), ranges);
    }

    /** Returns all conditions, including that of the index. */
    List<Condition> all() {
        return ranges == null ? conditions : concat(conditions, List.of(ranges.condition()));
    }

    private static List<Condition> concat(List<Condition> some, List<Condition> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }
}
