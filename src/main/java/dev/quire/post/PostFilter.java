package dev.quire.post;

import dev.quire.model.Post;
import dev.quire.query.Filter;
import dev.quire.query.RowFilter;
import dev.quire.validation.PlainText;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.List;

/**
 * A filter for posts. A post must satisfy every condition that is not null.
 *
 * @param author by any of these users
 * @param category in any of these categories
 * @param categoryAll in all of these categories
 * @param categoryNone in none of these categories
 * @param q words in title or content, in the syntax of web searches
 * @param createdAfter created later than this
 * @param createdBefore created earlier than this
 */
@RegisterForReflection
public record PostFilter(
        List<Long> author,
        List<Long> category,
        List<Long> categoryAll,
        List<Long> categoryNone,
        @PlainText(max = 200) String q,
        Instant createdAfter,
        Instant createdBefore)
        implements RowFilter {

    @Override
    public Filter toFilter() {
        Filter filter = Filter.created(PostService.POST, createdAfter, createdBefore);
        if (author != null) {
            filter = filter.and(related("author", author));
        }
        if (category != null) {
            filter = filter.and(related("categories", category));
        }
        if (categoryAll != null) {
            for (long each : categoryAll) {
                filter = filter.and(related("categories", List.of(each)));
            }
        }
        if (categoryNone != null) {
            filter = filter.and(Filter.unrelated(PostService.POST, "categories", categoryNone));
        }
        if (q != null) {
            filter = filter.and(Filter.of(Post.MATCHES, q, q, q));
        }
        return filter;
    }

    private static Filter related(String relation, List<Long> ids) {
        return Filter.related(PostService.POST, relation, ids);
    }
}
