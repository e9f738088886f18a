package dev.quire.http;

import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.Violation;
import java.util.List;

/** The ids of rows of one kind, from a parameter such as {@code category=3,7}. */
public record Ids(List<Long> ids) {
    /** The maximum number of ids, so that no request causes more work than a page does. */
    public static final int MAX = 20;

    /**
     * Returns the distinct ids of a parameter that may be given several times; null when it is absent.
     *
     * @throws BadRequest when there are too many
     */
    public static List<Long> of(String parameter, List<Ids> given) {
        return given == null || given.isEmpty() ? null : all(parameter, given);
    }

    private static List<Long> all(String parameter, List<Ids> given) {
        List<Long> all = given.stream().flatMap(some -> some.ids.stream()).toList();
        if (all.size() > MAX) {
            throw BadRequest.parameter(parameter, Violation.Code.TOO_MANY, "must have at most " + MAX + " ids");
        }
        return all.stream().distinct().toList();
    }
}
