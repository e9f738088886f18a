package dev.quire.paging;

import java.util.List;
import java.util.function.Function;

/**
 * One page of a list.
 *
 * @param next the cursor of the page after it, null when there is none
 * @param prev the cursor of the page before it, null when there is none
 */
public record Page<T>(List<T> items, String next, String prev) {
    /** The same page of other representations of its items. */
    public <R> Page<R> map(Function<T, R> view) {
        return new Page<>(items.stream().map(view).toList(), next, prev);
    }
}
