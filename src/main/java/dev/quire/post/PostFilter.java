package dev.quire.post;

import dev.quire.reading.Filter;
import dev.quire.reading.Filter.Branches;
import dev.quire.reading.Filter.Condition;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Which posts are wanted: those that fulfil all of what is not null.
 *
 * @param author of any of these users
 * @param category in any of these categories
 * @param categoryAll in all of these categories
 * @param categoryNone in none of these categories
 * @param q words of title or content, in the language of web searches
 * @param createdAfter later than this
 * @param createdBefore earlier than this
 */
public record PostFilter(
        List<Long> author,
        List<Long> category,
        List<Long> categoryAll,
        List<Long> categoryNone,
        String q,
        Instant createdAfter,
        Instant createdBefore) {

    /** A phrase is looked for in the text itself when that has more words than its index, see search_vector. */
    private static final String SEARCH =
            "r0.search @@ search_query(?) and (cast(search_query(?) as text) not like '%<->%'"
                    + " or not r0.search @@ cast('''!''' as tsquery)"
                    + " or search_matches(search_text(r0.title || ' ' || r0.content), ?))";

    private static final String LINKS = "(select from post_categories l where l.post_id = r0.id and l.category_id = ";

    public Filter toFilter() {
        Filter filter = Filter.created(createdAfter, createdBefore);
        if (author != null) {
            filter = filter.and(by(author));
        }
        if (category != null) {
            filter = filter.and(in(category));
        }
        if (categoryAll != null) {
            for (long each : categoryAll) {
                filter = filter.and(in(List.of(each)));
            }
        }
        if (categoryNone != null) {
            filter = filter.and(Filter.of("not exists " + LINKS + "any (?))", array(categoryNone)));
        }
        if (q != null) {
            filter = filter.and(Filter.of(SEARCH, q, q, q));
        }
        return filter;
    }

    /** The posts of any of these users. */
    static Filter by(List<Long> authors) {
        return new Filter(
                List.of(),
                new Branches(
                        new Condition("r0.author_id = any (?)", List.of(array(authors))),
                        authors,
                        "posts r0",
                        "r0.author_id",
                        "r0.id",
                        "r0.created_at",
                        Set.of("createdAt", "title")));
    }

    /** The posts in any of these categories. */
    static Filter in(List<Long> categories) {
        return new Filter(
                List.of(),
                new Branches(
                        new Condition("exists " + LINKS + "any (?))", List.of(array(categories))),
                        categories,
                        "post_categories l join posts r0 on r0.id = l.post_id",
                        "l.category_id",
                        "l.post_id",
                        "l.post_created_at",
                        Set.of("createdAt")));
    }

    /** One value, not a value for each id. */
    private static Object array(List<Long> ids) {
        return ids.toArray(Long[]::new);
    }
}
