package dev.quire.http;

import dev.quire.json.RawJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One page of a list.
 *
 * @param json an array of its rows
 * @param next the cursor of the page after it, null when there is none
 * @param prev the cursor of the page before it, null when there is none
 * @param total how many rows there are in all, null when nobody asked
 */
public record Page(RawJson json, String next, String prev, Long total) {
    /**
     * A row of a list, and its place there.
     *
     * @param json null when the rows before it are as many bytes as are sent at once
     * @param key what the list is sorted by, as PostgreSQL writes it; the id breaks ties
     */
    public record Row(String json, long id, String key) {
        /** The place of this row, for what comes after it, or before it. */
        public Cursor cursor(boolean backward) {
            return new Cursor(backward, id, key, true);
        }
    }

    /**
     * The page that was asked for.
     *
     * @param found from its cursor on, in the direction of its cursor, and one more than it may have if there are more; it has
     *     fewer when they are long
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
            // Behind a cursor there is the row that it was made of.
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

    /** Those that are sent at once: the first of them, at least. */
    public static List<Row> shown(List<Row> rows) {
        return rows.stream().takeWhile(row -> row.json != null).toList();
    }

    /** The same page of so many rows in all. */
    public Page outOf(long rows) {
        return new Page(json, next, prev, rows);
    }
}
