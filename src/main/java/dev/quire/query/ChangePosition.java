package dev.quire.query;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A position in the changes of a database: everything before it has been read. Its text is opaque to clients.
 *
 * @param history the database, and how often it was replaced; null before the first change is read
 * @param start the transaction from which on deleted rows are told, because rows that were deleted before were never read;
 *     0 once that transaction is reached
 * @param transaction the transaction of the last change that was read
 * @param kind the kind of that row; empty before all changes of the transaction
 * @param id the id of that row
 * @param other the second id of a link
 */
public record ChangePosition(String history, long start, long transaction, String kind, long id, long other) {
    /** The position before the first change. */
    public static final ChangePosition BEGINNING = new ChangePosition(null, 0, 0, "", 0, 0);

    private static final Pattern TEXT = Pattern.compile(
            "([0-9a-f]{8})-([0-9a-z]{1,13})-([0-9a-z]{1,13})(?:-([a-z]{1,20})-([0-9a-z]{1,13})-([0-9a-z]{1,13}))?");

    private static final Comparator<ChangePosition> ORDER = Comparator.comparingLong(ChangePosition::transaction)
            .thenComparing(ChangePosition::kind)
            .thenComparingLong(ChangePosition::id)
            .thenComparingLong(ChangePosition::other);

    private static final int RADIX = 36;

    /** Reads the text of a position; empty if it is malformed. */
    public static Optional<ChangePosition> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (parts.matches()) {
            try {
                return Optional.of(new ChangePosition(
                        parts.group(1),
                        number(parts.group(2)),
                        number(parts.group(3)),
                        parts.group(4) == null ? "" : parts.group(4),
                        number(parts.group(5)),
                        number(parts.group(6))));
            } catch (NumberFormatException e) {
                // Too great.
            }
        }
        return Optional.empty();
    }

    private static long number(String text) {
        return text == null ? 0 : Long.parseLong(text, RADIX);
    }

    boolean isBeginning() {
        return history == null;
    }

    /** Returns this position in the history that is read, where no transaction from the end on has been read. */
    ChangePosition begin(String read, long end) {
        return isBeginning() ? new ChangePosition(read, end, 0, "", 0, 0) : this;
    }

    /** Returns the position after a change. */
    ChangePosition after(long changedIn, String row, long rowId, long rowOther) {
        return new ChangePosition(history, changedIn < start ? start : 0, changedIn, row, rowId, rowOther);
    }

    /**
     * Returns the position before the first transaction of which nothing has been read. It stays the same while nothing
     * changes, and so does the entity tag of a response.
     */
    ChangePosition end(long end) {
        return transaction >= end ? this : new ChangePosition(history, 0, end, "", 0, 0);
    }

    /** Returns the transaction from which on no change may have been forgotten. */
    long needed() {
        return Math.max(start, transaction);
    }

    /** Returns whether this position in the same history comes before another. */
    public boolean isBefore(ChangePosition later) {
        return ORDER.compare(this, later) < 0;
    }

    /** Returns the text for clients. */
    public String text() {
        String begin = history + "-" + Long.toString(start, RADIX) + "-" + Long.toString(transaction, RADIX);
        return kind.isEmpty()
                ? begin
                : begin + "-" + kind + "-" + Long.toString(id, RADIX) + "-" + Long.toString(other, RADIX);
    }
}
