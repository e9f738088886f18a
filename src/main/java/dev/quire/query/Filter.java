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
 * Which rows of a list are wanted. In SQL that is given here, {@code r0} is a row of the list.
 *
 * @param conditions what all of them fulfil
 * @param branches another condition, which an index has in the order of the list; null for none
 */
public record Filter(List<Condition> conditions, IndexRanges ranges) {
    /** The description of the parameter {@code createdAfter} in the OpenAPI document. */
    public static final String CREATED_AFTER = "Those created later. Not for polling: a row whose transaction ends late"
            + " appears with the time at which it began, and would be missed";

    private static final String CREATED_AT = "createdAt";

    /** Every row. */
    public static final Filter ALL_ROWS = new Filter(List.of(), null);

    /**
     * What the rows of a list have to fulfil.
     *
     * @param sql with a question mark for each value
     */
    public record Condition(String sql, List<Object> values) {}

    /**
     * An index that holds, for each value of a filter, the rows in the order of the list. A page takes its length of each
     * and merges them, and so reads no more than that, however many rows there are.
     *
     * @param condition the same without that index
     * @param of the values
     * @param rows what follows {@code from}
     * @param value the column of the value in that index
     * @param id the column of the id of {@code r0} in that index
     * @param columns those of the rows that the index has, by the members that a list may be sorted by there
     */
    public record IndexRanges(
            Condition condition, List<Long> of, String rows, String value, String id, Map<String, String> columns) {
        /** The same condition on the columns of the index, where it has them. */
        String inIndex(EntityMapping of, String condition) {
            String sql = condition;
            for (var column : columns.entrySet()) {
                sql = sql.replace("r0." + of.attribute(column.getKey()).column(), column.getValue());
            }
            return sql;
        }
    }

    /** The rows that fulfil a condition. */
    public static Filter of(String sql, Object... values) {
        return new Filter(List.of(new Condition(sql, List.of(values))), null);
    }

    /** The row with this id. */
    public static Filter id(long id) {
        return of("r0.id = ?", id);
    }

    /** The rows whose member has this value. */
    public static Filter equal(Representation of, String member, Object value) {
        return of(column(of, member) + " = ?", value);
    }

    /** The rows whose text is the same name as this one, without regard to case. */
    public static Filter named(Representation of, String member, String name) {
        return of("fold(" + column(of, member) + ") = fold(?)", name);
    }

    /** The rows whose member is later than this time. */
    public static Filter after(Representation of, String member, Instant time) {
        return of(column(of, member) + " > ?", time.atOffset(ZoneOffset.UTC));
    }

    /** The rows whose member is earlier than this time. */
    public static Filter before(Representation of, String member, Instant time) {
        return of(column(of, member) + " < ?", wholeMicros(time).atOffset(ZoneOffset.UTC));
    }

    /** The rows that were created later than the one time and earlier than the other; null for any time. */
    public static Filter created(Representation of, Instant after, Instant before) {
        Filter later = after == null ? ALL_ROWS : after(of, CREATED_AT, after);
        return before == null ? later : later.and(before(of, CREATED_AT, before));
    }

    private static String column(Representation of, String member) {
        return "r0." + of.entity().attribute(member).column();
    }

    /** The rows that a relation leads from to any of these ids. */
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

    /** The rows that a relation leads from to none of these ids. */
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

    /** One value, not a value for each id. */
    private static Object array(List<Long> ids) {
        return ids.toArray(Long[]::new);
    }

    /** Up, since a time of PostgreSQL has microseconds, and a finer one would be cut to one that is before itself. */
    private static Instant wholeMicros(Instant time) {
        Instant cut = time.truncatedTo(ChronoUnit.MICROS);
        return cut.equals(time) ? time : cut.plus(1, ChronoUnit.MICROS);
    }

    /** The rows that fulfil both. */
    public Filter and(Filter other) {
        if (ranges == null) {
            return new Filter(concat(conditions, other.conditions), other.ranges);
        }
        return new Filter(concat(conditions, other.all()), ranges);
    }

    /** All conditions. */
    List<Condition> all() {
        return ranges == null ? conditions : concat(conditions, List.of(ranges.condition()));
    }

    private static List<Condition> concat(List<Condition> some, List<Condition> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }
}
