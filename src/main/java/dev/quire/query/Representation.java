package dev.quire.query;

import dev.quire.database.DatabasePool;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The JSON object in which clients read an entity: members of the entity in the order in which they are shown. Tables,
 * columns and joins come from the annotations of the entity; a member that it lacks fails the start. A feature makes one
 * for each of its representations, as a bean; it names others by their names, so that two can embed each other.
 */
public final class Representation {
    /** Whether a relation is embedded when the request does not say so. */
    enum Embedded {
        ALWAYS,
        ON_REQUEST
    }

    sealed interface Member permits Value, Relation {}

    /**
     * A value of the row itself. In its SQL, {@code {row}} is the row.
     *
     * @param json an SQL expression of the JSON that stands for it
     * @param nullable whether it may be null in SQL
     * @param with the relation that it is shown along with, null when it is always shown
     */
    record Value(String json, boolean nullable, String with) implements Member {}

    /**
     * Rows that this one points at, or that point at it. In its SQL, {@code {row}} is the row and {@code {it}} one of them.
     *
     * @param representation the name of theirs
     * @param target their entity
     * @param rows what follows {@code from}, in order and bounded when there are many
     */
    record Relation(
            String representation, Class<?> target, String rows, boolean many, boolean nullable, Embedded embedded)
            implements Member {}

    private final String name;
    private final EntityMapping entity;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Set<String> withheld = new HashSet<>();

    private Representation(String name, EntityMapping entity) {
        this.name = name;
        this.entity = entity;
    }

    /** Begins a representation that has the name of its entity. */
    public static Representation of(Class<?> entity) {
        return of(entity, entity.getSimpleName());
    }

    /** Begins a representation that the OpenAPI document calls by this name. */
    public static Representation of(Class<?> entity, String name) {
        return new Representation(name, EntityMapping.of(entity));
    }

    /** Shows these numbers, texts and times. */
    public Representation show(String... names) {
        for (String member : names) {
            var attribute = entity.attribute(member);
            members.put(member, new Value(json(attribute), attribute.nullable(), null));
        }
        return this;
    }

    private static String json(EntityMapping.Attribute attribute) {
        String column = "{row}." + attribute.column();
        return switch (attribute.type()) {
            case "bigint", "integer" -> column;
            // As RFC 3339, in UTC
            case "timestamptz" ->
                "to_json(to_char(" + column + " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'))";
            default -> "to_json(" + column + ")";
        };
    }

    /** Shows one JSON for each value of a member that is true or false. */
    public Representation showIf(String name, String condition, String json, String otherwise) {
        String column = entity.attribute(condition).column();
        members.put(
                name,
                new Value(
                        "case when {row}." + column + " then '" + json + "' else '" + otherwise + "' end",
                        false,
                        null));
        return this;
    }

    /** Shows whether a member has this value, which is another one in most statements. */
    public Representation showEquality(String name, String member, long value) {
        String column = entity.attribute(member).column();
        members.put(
                name,
                new Value("to_json({row}." + column + " = " + value + ") " + DatabasePool.PLANNED_ANEW, false, null));
        return this;
    }

    /** Embeds a relation to at most one row, or to a few, in this representation of theirs. */
    public Representation embed(String relation, String representation) {
        return relate(relation, representation, "", Embedded.ALWAYS);
    }

    /** Embeds a relation to at most one row when the request asks for it. */
    public Representation offer(String relation, String representation) {
        return relate(relation, representation, "", Embedded.ON_REQUEST);
    }

    /** Embeds the first rows of a relation to many when the request asks for it. */
    public Representation offer(String relation, String representation, int limit) {
        return relate(relation, representation, " limit " + limit, Embedded.ON_REQUEST);
    }

    private Representation relate(String relation, String representation, String limit, Embedded embedded) {
        var join = entity.join(relation);
        String order = join.many() ? " order by " + join.order() : "";
        String rows = join.from() + " where " + join.condition() + order + limit;
        members.put(
                relation, new Relation(representation, join.target(), rows, join.many(), join.nullable(), embedded));
        return this;
    }

    /** Shows how many rows there are in all of a relation that shows some of them; embedded along with it. */
    public Representation count(String name, String relation) {
        var join = entity.join(relation);
        if (!join.many()) {
            throw new IllegalStateException(entity.entity().getSimpleName() + "." + relation + " is not to many");
        }
        String rows = join.links() + " where " + join.condition();
        members.put(name, new Value("(select count(*) from " + rows + ")", false, relation));
        return this;
    }

    /** Withholds members from the readers of this representation: to ask for one is a 403. */
    public Representation withhold(String... names) {
        withheld.addAll(Set.of(names));
        return this;
    }

    /** The name of it in the OpenAPI document. */
    public String name() {
        return name;
    }

    EntityMapping entity() {
        return entity;
    }

    String table() {
        return entity.table();
    }

    Map<String, Member> members() {
        return Collections.unmodifiableMap(members);
    }

    Set<String> withheld() {
        return Collections.unmodifiableSet(withheld);
    }
}
