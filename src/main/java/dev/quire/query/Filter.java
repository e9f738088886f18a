package dev.quire.query;

import dev.quire.query.EntityMapping.Index;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
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
     * @param member the member whose column the SQL begins with; null if it begins with anything else
     * @param start the beginning of the SQL
     * @param rest the SQL after it, with a question mark for each value
     */
    public record Condition(String member, String start, String rest, List<Object> values) {
        Condition(String sql, Object... values) {
            this(null, "", sql, List.of(values));
        }

        String sql() {
            return start + rest;
        }

        /** Returns the SQL for the columns of an index, by their members, and those of the row where it has none. */
        String sql(Map<String, String> columns) {
            return (member == null ? start : columns.getOrDefault(member, start)) + rest;
        }
    }

    /**
     * An index that holds, for each value of a filter, the rows in the order of the list. A page reads its length from the
     * range of each value and merges the ranges. It reads no more than that, however many rows there are.
     *
     * @param condition the same condition without that index
     * @param of the values
     */
    public record IndexRanges(Condition condition, List<Long> of, Index index) {}

    /** Returns a filter for the rows that fulfil a condition. */
    public static Filter of(String sql, Object... values) {
        return new Filter(List.of(new Condition(sql, values)), null);
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
        return compared(of, member, " > ?", time);
    }

    /** Returns a filter for the rows with a member earlier than this time. */
    private static Filter before(Representation of, String member, Instant time) {
        return compared(of, member, " < ?", wholeMicros(time));
    }

    /** Returns a filter for the rows created after the first time and before the second; null for any time. */
    public static Filter created(Representation of, Instant after, Instant before) {
        Filter later = after == null ? ALL_ROWS : after(of, CREATED_AT, after);
        return before == null ? later : later.and(before(of, CREATED_AT, before));
    }

    private static Filter compared(Representation of, String member, String comparison, Instant time) {
        List<Object> values = List.of(time.atOffset(ZoneOffset.UTC));
        return new Filter(List.of(new Condition(member, column(of, member), comparison, values)), null);
    }

    private static String column(Representation of, String member) {
        return "r0." + of.entity().attribute(member).column();
    }

    /** Returns a filter for the rows that a relation leads from to any of these ids. */
    public static Filter related(Representation of, String relation, List<Long> ids) {
        var join = of.entity().join(relation);
        var condition = new Condition(join.related(), array(ids));
        return join.index() == null
                ? new Filter(List.of(condition), null)
                : new Filter(List.of(), new IndexRanges(condition, ids, join.index()));
    }

    /** Returns a filter for the rows that a relation leads from to none of these ids. */
    public static Filter unrelated(Representation of, String relation, List<Long> ids) {
        return of("not " + of.entity().join(relation).related(), array(ids));
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
