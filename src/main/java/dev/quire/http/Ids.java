package dev.quire.http;

import dev.quire.problem.ProblemException.BadRequest;
import java.util.List;

/** Some rows of one kind, each once, from a parameter such as {@code category=3,7}. */
public record Ids(List<Long> ids) {
    /** So that nobody asks for more work than a page is. */
    public static final int MAX = 20;

    /**
     * Those of a parameter that may be given several times, each once; null when it is absent.
     *
     * @throws BadRequest when they are too many
     */
    public static List<Long> of(String parameter, List<Ids> given) {
        return given == null || given.isEmpty() ? null : all(parameter, given);
    }

    private static List<Long> all(String parameter, List<Ids> given) {
        List<Long> all = given.stream().flatMap(some -> some.ids.stream()).toList();
        if (all.size() > MAX) {
            throw BadRequest.parameter(parameter, "must have at most " + MAX + " ids");
        }
        return all.stream().distinct().toList();
    }
}
