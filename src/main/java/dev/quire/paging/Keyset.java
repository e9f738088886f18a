package dev.quire.paging;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The order of a list, in which a page begins at a key instead of an offset: its cost does not grow with its depth, and
 * rows that come and go do not shift it. The id always breaks ties.
 *
 * @param from the HQL that names the rows, such as {@code Post p}
 * @param id the path of their id
 * @param key the path of what they are sorted by, the id itself for no other
 * @param descending whether the greatest comes first
 */
public record Keyset(String from, String id, String key, boolean descending) {
    /**
     * The ids of one page.
     *
     * @param filter an HQL condition
     * @param parameters the named parameters of the filter
     */
    public Uni<Page<Long>> ids(PageRequest page, String filter, Map<String, Object> parameters) {
        Cursor cursor = page.cursor();
        boolean backward = cursor != null && cursor.backward();
        boolean falling = descending != backward;
        String direction = falling ? " desc" : "";
        String hql = "select " + id + ", " + key + " from " + from + " where " + filter
                + (cursor == null ? "" : " and (%s, %s) %s (:key, :id)".formatted(key, id, falling ? "<" : ">"))
                + " order by " + key + direction + ", " + id + direction;
        var values = new HashMap<>(parameters);
        return Panache.getSession()
                .chain(session -> {
                    var query =
                            session.createSelectionQuery(hql, Object[].class).setMaxResults(page.limit() + 1);
                    if (cursor != null) {
                        values.put("id", cursor.id());
                        values.put("key", value(cursor));
                    }
                    values.forEach(query::setParameter);
                    return query.getResultList();
                })
                .map(rows -> page(rows, page, backward));
    }

    /** The page of what has these ids, in their order: one statement more, whatever their number. */
    public static <T> Uni<Page<T>> load(
            Page<Long> ids, Function<Collection<Long>, Uni<List<T>>> rows, Function<T, Long> id) {
        if (ids.items().isEmpty()) {
            return Uni.createFrom().item(new Page<>(List.of(), ids.next(), ids.prev()));
        }
        return rows.apply(ids.items()).map(found -> {
            Map<Long, T> byId = found.stream().collect(Collectors.toMap(id, Function.identity(), (one, same) -> one));
            return ids.map(byId::get);
        });
    }

    private Page<Long> page(List<Object[]> found, PageRequest page, boolean backward) {
        boolean more = found.size() > page.limit();
        var rows = new ArrayList<>(more ? found.subList(0, page.limit()) : found);
        if (backward) {
            Collections.reverse(rows);
        }
        String next = null;
        String prev = null;
        if (!rows.isEmpty()) {
            // Behind a cursor there is the row that it was made of.
            if (backward || more) {
                next = cursor(false, rows.get(rows.size() - 1)).text(page.list());
            }
            if (backward ? more : page.cursor() != null) {
                prev = cursor(true, rows.get(0)).text(page.list());
            }
        }
        return new Page<>(rows.stream().map(row -> (Long) row[0]).toList(), next, prev);
    }

    private static Cursor cursor(boolean backward, Object[] row) {
        return new Cursor(
                backward, (Long) row[0], row[1].getClass().getSimpleName().charAt(0) + row[1].toString());
    }

    /** The key of a cursor, of the type that its first letter tells. */
    private static Object value(Cursor cursor) {
        String text = cursor.key().substring(1);
        return switch (cursor.key().charAt(0)) {
            case 'I' -> Instant.parse(text);
            case 'L' -> Long.valueOf(text);
            default -> text;
        };
    }
}
