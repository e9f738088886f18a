package dev.quire.reading;

import dev.quire.reading.Shape.Relation;
import dev.quire.reading.Shape.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/** What is to be shown of the rows of a shape: some of its members, and of the relations among them some in turn. */
public final class Selection {
    private final Shape shape;
    private final Map<String, Selection> relations = new LinkedHashMap<>();
    private final Map<String, Value> values = new LinkedHashMap<>();

    /** Made once, since the same selection is made of many requests. */
    private String json;

    Selection(Shape shape) {
        this.shape = shape;
    }

    void add(String value) {
        values.put(value, (Value) shape.members().get(value));
    }

    void add(String relation, Selection shown) {
        relations.put(relation, shown);
    }

    Shape shape() {
        return shape;
    }

    boolean has(String relation) {
        return relations.containsKey(relation);
    }

    /** Whether it shows how many rows there are of a relation, which takes long when there are many. */
    boolean counts() {
        return values.values().stream().anyMatch(value -> value.with() != null)
                || relations.values().stream().anyMatch(Selection::counts);
    }

    /** The JSON object of a row {@code r0} as an SQL expression, which reads just what is shown. */
    String json() {
        if (json == null) {
            json = json(0);
        }
        return json;
    }

    private String json(int level) {
        var parts = new StringJoiner(", ", "concat(", ", '}')");
        String before = "{";
        for (String member : shape.members().keySet()) {
            if (values.containsKey(member) || relations.containsKey(member)) {
                parts.add("'" + before + "\"" + member + "\":'");
                parts.add(
                        values.containsKey(member)
                                ? orNull(sql(values.get(member).json(), level))
                                : json(member, level));
                before = ",";
            }
        }
        return parts.toString();
    }

    private String json(String member, int level) {
        Relation relation = (Relation) shape.members().get(member);
        String json = relations.get(member).json(level + 1);
        String rows = sql(relation.rows(), level);
        return relation.many()
                ? "'[', (select string_agg(json, ',') from (select " + json + " json from " + rows + ") found), ']'"
                : orNull("(select " + json + " from " + rows + ")");
    }

    /** Where there is nothing in SQL, JSON has a null: concat would leave it out. */
    private static String orNull(String json) {
        return "coalesce(cast(" + json + " as text), 'null')";
    }

    private static String sql(String given, int level) {
        return given.replace("{row}", "r" + level).replace("{it}", "r" + (level + 1));
    }
}
