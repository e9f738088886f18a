package dev.quire.query;

import java.util.List;

/**
 * A kind of rows whose changes clients can follow. A feature creates each of its kinds as a bean. The triggers of the
 * migrations record changes under the same name.
 *
 * @param row the representation of a row, which shows no other rows; null for a link, which has no members
 * @param keys the members that name a row in a change
 * @param isPrivate whether only the user with the id of the row may read it
 */
public record ChangeKind(String name, Representation row, List<String> keys, boolean isPrivate) {
    /** Creates a kind of rows that anyone may read. A change has the members of the row itself. */
    public static ChangeKind of(String name, Representation representation) {
        return new ChangeKind(name, representation.withoutOtherRows(), List.of("id"), false);
    }

    /** Creates a kind of rows that only the user with the id of the row may read. */
    public static ChangeKind ofOwner(String name, Representation representation) {
        return new ChangeKind(name, representation.withoutOtherRows(), List.of("id"), true);
    }

    /** Creates a kind of links between two rows. */
    public static ChangeKind link(String name, String one, String other) {
        return new ChangeKind(name, null, List.of(one, other), false);
    }
}
