package dev.quire.environment;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** JSON arrays that reference categories. */
public final class References {
    private References() {}

    /** References these ids. */
    public static String ids(Integer... ids) {
        return ids(List.of(ids));
    }

    /** References these ids. */
    public static String ids(Collection<Integer> ids) {
        return ids.stream().map("{\"id\": %d}"::formatted).collect(Collectors.joining(", ", "[", "]"));
    }

    /** References these names. */
    public static String names(String... names) {
        return List.of(names).stream().map("{\"name\": \"%s\"}"::formatted).collect(Collectors.joining(", ", "[", "]"));
    }
}
