package dev.quire.http;

import dev.quire.json.RawJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A page of a list.
 *
 * @param json an array of its rows
 * @param next the cursor of the next page, null when there is none
 * @param prev the cursor of the previous page, null when there is none
 * @param total the total number of rows in the list, null when it was not requested
 */
public record Page(RawJson json, String next, String prev, Long total) {
    /**
     * A row of a list, and its place in the list.
     *
     * @param json null when the rows before it already reach the bytes that are sent at once
     * @param key the value of the column that the list is sorted by, as PostgreSQL writes it; the id breaks ties
     */
    public record Row(String json, long id, String key) {
        /** Returns the cursor of the rows after this row, or before it. */
        public Cursor cursor(boolean backward) {
            return new Cursor(backward, id, key, true);
        }
    }

    /**
     * Creates the requested page. It has fewer rows than the limit when they are long.
     *
     * @param found the rows from the cursor on, in its direction, with one more than the limit if there are more
     */
    public static Page of(List<Row> found, PageRequest request) {
        boolean backward = request.cursor() != null && request.cursor().backward();
        var rows = new ArrayList<>(shown(found.subList(0, Math.min(found.size(), request.limit()))));
        boolean more = found.size() > rows.size();
        if (backward) {
            Collections.reverse(rows);
        }
        String next = null;
        String prev = null;
        if (!rows.isEmpty()) {
            // The row from which the cursor was created is on the page in the other direction.
            if (backward || more) {
                next = rows.get(rows.size() - 1).cursor(false).text(request.list());
            }
            if (backward ? more : request.cursor() != null) {
                prev = rows.get(0).cursor(true).text(request.list());
            }
        }
        return new Page(
                new RawJson(rows.stream().map(Row::json).collect(Collectors.joining(",", "[", "]"))), next, prev, null);
    }

    /** Returns the rows that are sent at once: at least the first. */
    public static List<Row> shown(List<Row> rows) {
        return rows.stream().takeWhile(row -> row.json != null).toList();
    }

    /** Returns this page with the total number of rows in the list. */
    public Page outOf(long rows) {
        return new Page(json, next, prev, rows);
    }
}
