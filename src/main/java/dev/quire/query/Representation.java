package dev.quire.query;

import dev.quire.database.DatabasePool;
import dev.quire.query.EntityMapping.Reference;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The JSON object in which clients read an entity: members of the entity, in the order in which they are shown. Tables,
 * columns and joins are read from the annotations of the entity; a missing member fails the start. A feature creates each of
 * its representations as a bean. It refers to others by name, so that two can embed each other.
 */
public final class Representation {
    /** The default for embedding a relation, if the request does not decide. */
    enum Embedded {
        ALWAYS,
        ON_REQUEST
    }

    sealed interface Member permits Value, Relation {}

    /**
     * A value of the row itself.
     *
     * @param json an SQL expression of the JSON of the value
     * @param type the SQL type
     * @param nullable whether the expression may be null in SQL
     * @param with the relation that the value is shown along with; null if the value is always shown
     * @param length the maximum length of a text, in characters; 0 for other types
     */
    record Value(SqlTemplate json, String type, boolean nullable, String with, int length) implements Member {
        Value(String json, String type, boolean nullable, String with) {
            this(new SqlTemplate(json), type, nullable, with, 0);
        }
    }

    /**
     * The rows that this row refers to, or that refer to it.
     *
     * @param representation the name of the representation of the related rows
     * @param target the entity of the related rows
     * @param rows the SQL after {@code from}, ordered and limited if there are many rows
     */
    record Relation(
            String representation, Class<?> target, SqlTemplate rows, boolean many, boolean nullable, Embedded embedded)
            implements Member {}

    /**
     * A member that is shown only if the request names a relation in {@code include}.
     *
     * @param include the relation
     * @param representation the name of the representation of the related rows; null for their total number
     * @param nullable true if there may be no related row
     * @param limit the maximum number of related rows; 0 for a relation to at most one row
     * @param sort the order of the related rows, such as {@code -createdAt}
     */
    public record Offer(String include, String representation, boolean nullable, int limit, String sort) {}

    private final String name;
    private final EntityMapping entity;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Map<String, Offer> offers = new LinkedHashMap<>();
    private final Set<String> withheld = new HashSet<>();
    private final Set<String> textColumns = new LinkedHashSet<>();

    private Representation(String name, EntityMapping entity) {
        this.name = name;
        this.entity = entity;
    }

    /** Creates a representation with the name of its entity. */
    public static Representation of(Class<?> entity) {
        return of(entity, entity.getSimpleName());
    }

    /** Creates a representation with this name in the OpenAPI document. */
    public static Representation of(Class<?> entity, String name) {
        return new Representation(name, EntityMapping.of(entity));
    }

    /** Shows these members, which are numbers, texts or times. */
    public Representation show(String... names) {
        for (String member : names) {
            var attribute = entity.attribute(member);
            var json = new SqlTemplate(json(attribute));
            members.put(member, new Value(json, attribute.type(), attribute.nullable(), null, attribute.length()));
            if ("varchar".equals(attribute.type())) {
                textColumns.add(attribute.column());
            }
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

    /** Shows one of two JSON texts, depending on a boolean member. */
    public Representation showIf(String name, String condition, String json, String otherwise) {
        String column = entity.attribute(condition).column();
        members.put(
                name,
                new Value(
                        "case when {row}." + column + " then '" + json + "' else '" + otherwise + "' end",
                        "varchar[]",
                        false,
                        null));
        return this;
    }

    /** Shows whether a member has this value, which differs in most statements. */
    public Representation showEquality(String name, String member, long value) {
        String column = entity.attribute(member).column();
        members.put(
                name,
                new Value(
                        "to_json({row}." + column + " = " + value + ") " + DatabasePool.PLANNED_ANEW,
                        "boolean",
                        false,
                        null));
        return this;
    }

    /**
     * Returns what this representation shows of the row itself. A relation to one row is shown by its id, or whole if that row
     * is deleted along with this one. Relations to many rows are not shown, and neither are their numbers.
     */
    Representation withoutOtherRows() {
        var alone = new Representation(name, entity);
        alone.textColumns.addAll(textColumns);
        Map<String, Reference> references =
                entity.references().stream().collect(Collectors.toMap(Reference::member, Function.identity()));
        members.forEach((member, shown) -> {
            Reference reference = references.get(member);
            boolean isOwn = shown instanceof Value value && value.with() == null;
            if (isOwn || reference != null && reference.owned()) {
                alone.members.put(member, shown);
            } else if (reference != null) {
                String json = "'{\"id\":' || {row}." + reference.column() + " || '}'";
                alone.members.put(
                        member, new Value(json, "json", entity.join(member).nullable(), null));
            }
        });
        return alone;
    }

    /** Embeds a relation to at most one row, or to a few rows, in the representation with this name. */
    public Representation embed(String relation, String representation) {
        return relate(relation, representation, "", Embedded.ALWAYS);
    }

    /** Embeds a relation to at most one row if the request asks for it. */
    public Representation offer(String relation, String representation) {
        offers.put(
                relation,
                new Offer(relation, representation, entity.join(relation).nullable(), 0, null));
        return relate(relation, representation, "", Embedded.ON_REQUEST);
    }

    /** Embeds the first rows of a relation to many if the request asks for it. */
    public Representation offer(String relation, String representation, int limit) {
        offers.put(relation, new Offer(relation, representation, false, limit, entity.sort(relation)));
        return relate(relation, representation, " limit " + limit, Embedded.ON_REQUEST);
    }

    private Representation relate(String relation, String representation, String limit, Embedded embedded) {
        var join = entity.join(relation);
        String order = join.many() ? " order by " + join.order() : "";
        var rows = new SqlTemplate(join.from() + " where " + join.condition() + order + limit);
        members.put(
                relation, new Relation(representation, join.target(), rows, join.many(), join.nullable(), embedded));
        return this;
    }

    /** Shows the total number of rows of a relation that embeds some of them, together with that relation. */
    public Representation count(String name, String relation) {
        var join = entity.join(relation);
        if (!join.many()) {
            throw new IllegalStateException(entity.entity().getSimpleName() + "." + relation + " is not to many");
        }
        offers.put(name, new Offer(relation, null, false, 0, null));
        String rows = join.links() + " where " + join.condition();
        members.put(name, new Value("(select count(*) from " + rows + ")", "integer", false, relation));
        return this;
    }

    /** Withholds members from the readers of this representation: a request that names such a member gets a 403. */
    public Representation withhold(String... names) {
        withheld.addAll(Set.of(names));
        return this;
    }

    /** Returns the name in the OpenAPI document. */
    public String name() {
        return name;
    }

    /**
     * A member, as schemas describe it.
     *
     * @param type the SQL type of a value; null for a relation
     * @param representation the name of the representation of the related rows; null for a value
     * @param sort the order of the related rows, such as {@code -createdAt}; null unless there are many
     * @param length the maximum length of a text, in characters; 0 for others
     */
    public record Shown(String name, String type, String representation, boolean nullable, String sort, int length) {}

    /** Returns everything that can be shown, in its order. */
    public List<Shown> shown() {
        return members.entrySet().stream()
                .map(member -> member.getValue() instanceof Relation relation
                        ? new Shown(
                                member.getKey(),
                                null,
                                relation.representation(),
                                relation.nullable(),
                                relation.many() ? entity.sort(member.getKey()) : null,
                                0)
                        : shown(member.getKey(), (Value) member.getValue()))
                .toList();
    }

    /** Returns whether this has all members of another representation of the same entity. */
    public boolean includes(Representation other) {
        return entity == other.entity && shown().containsAll(other.shown());
    }

    private static Shown shown(String member, Value value) {
        return new Shown(member, value.type(), null, value.nullable(), null, value.length());
    }

    /** Returns the members that are shown only if the request asks for them, by name. */
    public Map<String, Offer> offers() {
        return Collections.unmodifiableMap(offers);
    }

    EntityMapping entity() {
        return entity;
    }

    String table() {
        return entity.table();
    }

    /** Returns the columns of the texts that are shown. */
    Set<String> textColumns() {
        return Collections.unmodifiableSet(textColumns);
    }

    Map<String, Member> members() {
        return Collections.unmodifiableMap(members);
    }

    Set<String> withheld() {
        return Collections.unmodifiableSet(withheld);
    }
}
