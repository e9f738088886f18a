package dev.quire.query;

import dev.quire.query.Representation.Relation;
import dev.quire.query.Representation.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/** A selection of the members of a representation, and in turn of the members of the relations among them. */
public final class Projection {
    private final Representation representation;
    private final Map<String, Projection> relations = new LinkedHashMap<>();
    private final Map<String, Value> values = new LinkedHashMap<>();

    /** The JSON expression, built once, since many requests make the same selection. */
    private String json;

    Projection(Representation representation) {
        this.representation = representation;
    }

    void add(String value) {
        values.put(value, (Value) representation.members().get(value));
    }

    void add(String relation, Projection shown) {
        relations.put(relation, shown);
    }

    Representation representation() {
        return representation;
    }

    boolean has(String relation) {
        return relations.containsKey(relation);
    }

    /** Returns true if the number of rows of a relation is shown, which takes long if there are many. */
    boolean counts() {
        return values.values().stream().anyMatch(value -> value.with() != null)
                || relations.values().stream().anyMatch(Projection::counts);
    }

    /** Returns the JSON object of a row {@code r0} as an SQL expression, which reads only the selected members. */
    String json() {
        if (json == null) {
            json = json(Map.of());
        }
        return json;
    }

    /** Returns the same with other sources of the related rows than their tables, by the names of these. */
    String json(Map<String, String> sources) {
        return json(0, sources);
    }

    private String json(int level, Map<String, String> sources) {
        var parts = new StringJoiner(", ", "concat(", ", '}')");
        String before = "{";
        for (String member : representation.members().keySet()) {
            if (values.containsKey(member) || relations.containsKey(member)) {
                parts.add("'" + before + "\"" + member + "\":'");
                parts.add(
                        values.containsKey(member)
                                ? json(values.get(member), level, sources)
                                : json(member, level, sources));
                before = ",";
            }
        }
        return parts.toString();
    }

    private static String json(Value value, int level, Map<String, String> sources) {
        String json = value.json().fill(level, sources);
        return value.nullable() ? orNull(json) : json;
    }

    private String json(String member, int level, Map<String, String> sources) {
        Relation relation = (Relation) representation.members().get(member);
        String json = relations.get(member).json(level + 1, sources);
        String rows = relation.rows().fill(level, sources);
        if (relation.many()) {
            return "'[', (select string_agg(json, ',') from (select " + json + " json from " + rows + ") found), ']'";
        }
        String row = "(select " + json + " from " + rows + ")";
        return relation.nullable() ? orNull(row) : row;
    }

    /** Returns an expression with a JSON null for an SQL null, which concat would leave out. */
    private static String orNull(String json) {
        return "coalesce(cast(" + json + " as text), 'null')";
    }
}
