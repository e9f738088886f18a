package dev.quire.reading;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What clients can read of the rows of one table, in the order in which a representation shows it. A feature makes one
 * for each of its representations, as a bean; it names others by their names, so that two can embed each other.
 *
 * <p>In SQL that is given here, {@code {row}} stands for a row of this table and {@code {it}} for one of a relation.
 */
public final class Shape {
    /** Whether a relation is embedded when the request does not say so. */
    public enum Embedded {
        ALWAYS,
        ON_REQUEST
    }

    sealed interface Member permits Value, Relation {}

    /**
     * A value of the row itself.
     *
     * @param json an SQL expression of the JSON that stands for it
     * @param with the relation that it is shown along with, null when it is always shown
     */
    record Value(String json, String with) implements Member {}

    /**
     * Rows that this one points at, or that point at it.
     *
     * @param shape what is shown of them
     * @param rows what follows {@code from}, in order and bounded when there are many
     */
    record Relation(String shape, String rows, boolean many, Embedded embedded) implements Member {}

    private static final Pattern HUMP = Pattern.compile("[A-Z]");

    private final String name;
    private final String table;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Set<String> withheld = new HashSet<>();

    /**
     * @param name what the OpenAPI document calls it
     * @param table where the rows are, with a column {@code id}
     */
    public Shape(String name, String table) {
        this.name = name;
        this.table = table;
    }

    /** A column that holds a number. The name of a column is that of the member in snake case. */
    public Shape number(String member) {
        return value(member, column(member));
    }

    /** A column that holds text. */
    public Shape text(String member) {
        return value(member, "to_json(" + column(member) + ")");
    }

    /** A column that holds a time, shown as RFC 3339 in UTC. */
    public Shape time(String member) {
        return value(
                member,
                "to_json(to_char(" + column(member) + " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'))");
    }

    /** Any other value, by an SQL expression of its JSON. */
    public Shape value(String member, String json) {
        members.put(member, new Value(json, null));
        return this;
    }

    /** At most one row, null for none. */
    public Shape one(String member, Embedded embedded, String shape, String rows) {
        members.put(member, new Relation(shape, rows, false, embedded));
        return this;
    }

    /** Some rows, which the SQL has to bound and to sort. */
    public Shape many(String member, Embedded embedded, String shape, String rows) {
        members.put(member, new Relation(shape, rows, true, embedded));
        return this;
    }

    /** How many rows there are in all of a relation that shows some of them; embedded along with it. */
    public Shape count(String member, String relation, String rows) {
        members.put(member, new Value("(select count(*) from " + rows + ")", relation));
        return this;
    }

    /** Members that there are, and that the readers of this shape may not see: to ask for one is a 403. */
    public Shape withhold(String... names) {
        withheld.addAll(Set.of(names));
        return this;
    }

    /** What the OpenAPI document calls it. */
    public String name() {
        return name;
    }

    String table() {
        return table;
    }

    Map<String, Member> members() {
        return Collections.unmodifiableMap(members);
    }

    Set<String> withheld() {
        return Collections.unmodifiableSet(withheld);
    }

    private static String column(String member) {
        return "{row}."
                + HUMP.matcher(member).replaceAll(hump -> "_" + hump.group().toLowerCase(Locale.ROOT));
    }
}
