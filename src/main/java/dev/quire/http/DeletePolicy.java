package dev.quire.http;

import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.Violation;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The treatment of rows that still refer to a row that is deleted.
 *
 * @param newOwner with {@link Policy#REASSIGN} the id of their new owner; else 0
 */
public record DeletePolicy(Policy policy, long newOwner) {
    /** The policies; see the README, "Deleting". */
    public enum Policy {
        /** Nothing is deleted while such rows exist. */
        RESTRICT,
        /** The rows are deleted too. */
        CASCADE,
        /** The rows are given to another owner. */
        REASSIGN,
        /** The links of the rows are deleted, and the rows stay. */
        UNLINK
    }

    /** The policy of a deletion that leaves no choice. */
    public static final DeletePolicy UNLINK = new DeletePolicy(Policy.UNLINK, 0);

    private static final String NAME = "onDelete";
    private static final Pattern SPELLING = Pattern.compile("([a-z]+)(?::(\\d+))?");

    /**
     * Returns the policy that a parameter {@code onDelete} names, such as {@code reassign:7}.
     *
     * @param text the value; null when the parameter is absent
     * @param possible the policies that make sense here; any other is a 400
     */
    public static DeletePolicy of(String text, Policy absent, Set<Policy> possible) {
        if (text == null) {
            return new DeletePolicy(absent, 0);
        }
        Matcher spelt = SPELLING.matcher(text);
        if (spelt.matches()) {
            for (Policy policy : possible) {
                boolean named = policy.name().toLowerCase(Locale.ROOT).equals(spelt.group(1));
                if (named && (policy == Policy.REASSIGN) == (spelt.group(2) != null)) {
                    return new DeletePolicy(
                            policy, policy == Policy.REASSIGN ? Parameters.id(NAME, spelt.group(2)) : 0);
                }
            }
        }
        throw BadRequest.parameter(NAME, Violation.Code.INVALID, "is not a policy of this operation");
    }
}
