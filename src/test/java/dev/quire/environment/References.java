package dev.quire.environment;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** JSON arrays that stand for categories. */
public final class References {
    private References() {}

    /** Those with these ids. */
    public static String ids(Integer... ids) {
        return ids(List.of(ids));
    }

    /** Those with these ids. */
    public static String ids(Collection<Integer> ids) {
        return ids.stream().map("{\"id\": %d}"::formatted).collect(Collectors.joining(", ", "[", "]"));
    }

    /** Those of these names. */
    public static String names(String... names) {
        return List.of(names).stream().map("{\"name\": \"%s\"}"::formatted).collect(Collectors.joining(", ", "[", "]"));
    }
}
