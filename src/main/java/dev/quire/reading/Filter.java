package dev.quire.reading;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which rows of a list are wanted. In SQL that is given here, {@code r0} is a row of the list.
 *
 * @param conditions what all of them fulfil
 * @param branches another condition, which an index has in the order of the list; null for none
 */
public record Filter(List<Condition> conditions, Branches branches) {
    /** The description of the parameter {@code createdAfter} in the OpenAPI document. */
    public static final String CREATED_AFTER = "Those created later. Not for polling: a row whose transaction ends late"
            + " appears with the time at which it began, and would be missed";

    /** Every row. */
    public static final Filter NONE = new Filter(List.of(), null);

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
     * @param createdAt the column of its time there
     * @param sorts the sorts whose order the index has
     */
    public record Branches(
            Condition condition,
            List<Long> of,
            String rows,
            String value,
            String id,
            String createdAt,
            Set<String> sorts) {}

    /** The rows that fulfil a condition. */
    public static Filter of(String sql, Object... values) {
        return new Filter(List.of(new Condition(sql, List.of(values))), null);
    }

    /** The row with this id. */
    public static Filter id(long id) {
        return of("r0.id = ?", id);
    }

    /** The rows that were made later than the one time and earlier than the other; null for any time. */
    public static Filter created(Instant after, Instant before) {
        Filter later = after == null ? NONE : of("r0.created_at > ?", after.atOffset(ZoneOffset.UTC));
        return before == null
                ? later
                : later.and(of("r0.created_at < ?", wholeMicros(before).atOffset(ZoneOffset.UTC)));
    }

    /** Up, since a time of PostgreSQL has microseconds, and a finer one would be cut to one that is before itself. */
    private static Instant wholeMicros(Instant time) {
        Instant cut = time.truncatedTo(ChronoUnit.MICROS);
        return cut.equals(time) ? time : cut.plus(1, ChronoUnit.MICROS);
    }

    /** The rows that fulfil both. */
    public Filter and(Filter other) {
        if (branches == null) {
            return new Filter(concat(conditions, other.conditions), other.branches);
        }
        return new Filter(concat(conditions, other.all()), branches);
    }

    /** All conditions. */
    List<Condition> all() {
        return branches == null ? conditions : concat(conditions, List.of(branches.condition()));
    }

    private static List<Condition> concat(List<Condition> some, List<Condition> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }
}
