package dev.quire.query;

import dev.quire.http.EntityTags;
import dev.quire.query.Representation.Relation;
import dev.quire.query.Representation.Value;
import java.util.Map;

/**
 * A selection of the members of a representation, and in turn of the members of the relations among them. Each member has a
 * key in the JSON object, in the order in which they were added.
 */
public final class Projection {
    private final Representation representation;
    private final JsonParts parts = new JsonParts();
    private boolean counts;

    /** The JSON expression, built once, since many requests make the same selection. */
    private String json;

    public Projection(Representation representation) {
        this.representation = representation;
    }

    /** Shows a value of the row. */
    public Projection value(String key, String member) {
        var value = (Value) representation.members().get(member);
        counts |= value.with() != null;
        parts.add(key, (to, level, sources) -> {
            String sql = value.json().fill(level, sources);
            to.add(value.nullable() ? orNull(sql) : sql);
        });
        return this;
    }

    /** Shows the id of the row with a text before it, as a JSON string. */
    public Projection globalId(String key, String before) {
        parts.add(key, (to, level, sources) -> to.add("concat('\"" + before + "', r" + level + ".id, '\"')"));
        return this;
    }

    /** Shows the entity tag of a projection of the same row, as a JSON string. */
    public Projection entityTag(String key, Projection tagged) {
        counts |= tagged.counts;
        parts.add(key, (to, level, sources) -> {
            to.add("concat('\"\\\"', rtrim(translate(encode(substring(sha256(convert_to(");
            tagged.write(to, level, sources);
            to.add(", 'UTF8')) for " + EntityTags.BYTES + "), 'base64'), '+/', '-_'), '='), '\\\"\"')");
        });
        return this;
    }

    /** Shows JSON that is the same in each row. */
    public Projection constant(String key, String constant) {
        parts.add(key, (to, level, sources) -> to.add("'" + constant + "'"));
        return this;
    }

    /** Shows the row of a relation, or the array of its first rows. */
    public Projection embed(String key, String member, Projection below) {
        var relation = (Relation) representation.members().get(member);
        counts |= below.counts;
        parts.add(key, (to, level, sources) -> {
            String rows = relation.rows().fill(level, sources);
            if (relation.many()) {
                to.add("'[', (select string_agg(json, ',') from (select ");
                below.write(to, level + 1, sources);
                to.add(" json from " + rows + ") found), ']'");
            } else {
                to.add(relation.nullable() ? "coalesce(cast((select " : "(select ");
                below.write(to, level + 1, sources);
                to.add(" from " + rows + (relation.nullable() ? ") as text), 'null')" : ")"));
            }
        });
        return this;
    }

    /** Shows a page of the rows of a relation to many of this row. */
    public Projection page(String key, Connection page) {
        counts |= page.counts() || page.isFiltered();
        parts.add(key, (to, level, sources) -> {
            // Each list begins with r0 again, so the row that it belongs to needs another name.
            to.add("(select (");
            page.write(to);
            to.add(") from (select r" + level + ".id) " + Connection.OWNER + "(id))");
        });
        return this;
    }

    Representation representation() {
        return representation;
    }

    /** Returns true if the number of rows of a relation is shown, which takes long if there are many. */
    boolean counts() {
        return counts;
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
        SqlText text = SqlText.ofStatement();
        write(text, 0, sources);
        return text.sql();
    }

    /** Adds the JSON object of a row {@code r0} with its values. */
    void write(SqlText to) {
        write(to, 0, Map.of());
    }

    private void write(SqlText to, int level, Map<String, String> sources) {
        parts.write(to, level, sources);
    }

    /** Returns an expression with a JSON null for an SQL null, which concat would leave out. */
    static String orNull(String json) {
        return "coalesce(cast(" + json + " as text), 'null')";
    }
}
