package dev.quire.http;

import dev.quire.problem.ProblemException.BadRequest;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What becomes of the rows that still point at what is deleted.
 *
 * @param heir with {@link Policy#REASSIGN}, who gets them; else 0
 */
public record DeletePolicy(Policy policy, long newOwner) {
    /** See the README, "Deleting". */
    public enum Policy {
        /** Nothing is deleted while there are any. */
        RESTRICT,
        /** They are deleted too. */
        CASCADE,
        /** They are given to another. */
        REASSIGN,
        /** Their links are deleted, they stay. */
        UNLINK
    }

    private static final String NAME = "onDelete";
    private static final Pattern SPELLING = Pattern.compile("([a-z]+)(?::(\\d+))?");

    /**
     * The policy that a parameter {@code onDelete} names, such as {@code reassign:7}.
     *
     * @param text null when the parameter is absent
     * @param possible those that make sense here; another one is a 400
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
        throw BadRequest.parameter(NAME, "is not a policy of this operation");
    }
}
