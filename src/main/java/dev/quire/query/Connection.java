package dev.quire.query;

import dev.quire.http.Cursor;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.Violation.Code;
import dev.quire.query.EntityMapping.Index;
import dev.quire.query.EntityMapping.Join;
import dev.quire.query.Filter.Condition;
import dev.quire.query.PagedCollection.Order;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A page of a list inside an answer, as a connection (Relay). Each row is read once, whatever is shown of it, and nothing is
 * counted or read ahead that is not shown.
 */
public final class Connection {
    /** The name of the row that the list belongs to. */
    static final String OWNER = "o";

    private static final String PAGE = "page";

    private final Representation representation;
    private final Range range;
    private final Representation owner;
    private final String relation;
    private final Order order;
    private final JsonParts object = new JsonParts();

    /** The expressions of a row {@code r0}, which are the columns {@code j0}, {@code j1} and so on of the page. */
    private final List<Consumer<SqlText>> columns = new ArrayList<>();

    private int cursors = -1;
    private boolean readsAhead;
    private boolean counts;

    /**
     * The requested part of a list.
     *
     * @param sort null for the order of the list
     * @param size the maximum number of rows
     * @param backward whether the page has the last of the rows
     * @param after the text of a cursor, null for none
     * @param before the text of a cursor, null for none
     */
    public record Range(String sort, Filter filter, int size, boolean backward, String after, String before) {}

    private Connection(PagedCollection collection, Range range, Representation owner, String relation) {
        this.representation = collection.representation();
        this.range = range;
        this.owner = owner;
        this.relation = relation;
        this.order = collection.order(range.sort());
    }

    /** Returns a page of all rows. */
    public static Connection of(PagedCollection collection, Range range) {
        return new Connection(collection, range, null, null);
    }

    /** Returns a page of the rows of a relation to many. */
    public static Connection of(PagedCollection collection, Range range, Representation owner, String relation) {
        return new Connection(collection, range, owner, relation);
    }

    /** Shows JSON that is always the same. */
    public Connection constant(String key, String json) {
        object.add(key, text("'" + json + "'"));
        return this;
    }

    /** Shows the number of rows of the list. */
    public Connection total(String key) {
        counts = true;
        object.add(key, (to, level, sources) -> {
            to.add("(");
            count(to);
            to.add(")");
        });
        return this;
    }

    /** Shows the array of the rows. */
    public Connection nodes(String key, Projection node) {
        counts |= node.counts();
        object.add(key, text(array(column(node::write))));
        return this;
    }

    /** The members of a row and its place in the list. */
    public final class Edge {
        private final JsonParts parts = new JsonParts();

        public void constant(String key, String json) {
            parts.add(key, text("'" + json + "'"));
        }

        public void cursor(String key) {
            parts.add(key, text("concat('\"', " + cursorText() + ", '\"')"));
        }

        public void node(String key, Projection node) {
            counts |= node.counts();
            parts.add(key, (to, level, sources) -> node.write(to));
        }
    }

    /** Shows the array of the edges, with what is added to the returned object. */
    public Edge edges(String key) {
        var edge = new Edge();
        object.add(key, text(array(column(to -> edge.parts.write(to, 0, Map.of())))));
        return edge;
    }

    /** The place of the page in the list. */
    public final class PageInfo {
        private final JsonParts parts = new JsonParts();

        public void constant(String key, String json) {
            parts.add(key, text("'" + json + "'"));
        }

        public void hasNextPage(String key) {
            parts.add(key, text(range.backward() ? "'" + (range.before() != null) + "'" : more()));
        }

        public void hasPreviousPage(String key) {
            parts.add(key, text(range.backward() ? more() : "'" + (range.after() != null) + "'"));
        }

        public void startCursor(String key) {
            parts.add(key, text(place(range.backward())));
        }

        public void endCursor(String key) {
            parts.add(key, text(place(!range.backward())));
        }

        private String more() {
            readsAhead = true;
            return "case when max(n) > " + range.size() + " then 'true' else 'false' end";
        }

        private String place(boolean last) {
            if (cursors < 0) {
                cursors = column(to -> to.add(cursorText()));
            }
            String cursor = PAGE + ".j" + cursors;
            String found = "(array_agg(" + cursor + " order by n" + (last ? " desc" : "") + ") filter (where n <= "
                    + range.size() + "))[1]";
            return "coalesce('\"' || " + found + " || '\"', 'null')";
        }
    }

    /** Shows the place of the page in the list, with what is added to the returned object. */
    public PageInfo pageInfo(String key) {
        var info = new PageInfo();
        object.add(key, info.parts::write);
        return info;
    }

    boolean counts() {
        return counts;
    }

    boolean isFiltered() {
        return !range.filter().all().isEmpty();
    }

    private static JsonParts.Expression text(String sql) {
        return (to, level, sources) -> to.add(sql);
    }

    private int column(Consumer<SqlText> expression) {
        columns.add(expression);
        return columns.size() - 1;
    }

    private String array(int column) {
        return "concat('[', string_agg(" + PAGE + ".j" + column + ", ',' order by n" + (range.backward() ? " desc" : "")
                + "), ']')";
    }

    /** Returns the text of the cursor of a row, in Base64 for URLs: the sort, the id and the key that the list is sorted by. */
    private String cursorText() {
        String place = "concat('" + sort() + " ', r0.id, ' ', " + key() + ")";
        return "translate(encode(convert_to(" + place + ", 'UTF8'), 'base64'), e'+/=\\n', '-_')";
    }

    private String key() {
        String column = order.column("r0");
        return order.type().equals("timestamptz")
                ? "to_char(" + column + " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
                : column;
    }

    private String sort() {
        return (order.descending() ? "-" : "") + order.member();
    }

    private Cursor cursor(String argument, String text) {
        if (text == null) {
            return null;
        }
        try {
            String place = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            String[] parts = place.split(" ", 3);
            if (parts.length == 3 && parts[0].equals(sort()) && parts[2].indexOf('\0') < 0) {
                if (order.type().equals("timestamptz")) {
                    Instant.parse(parts[2]);
                } else if (order.type().equals("bigint")) {
                    Long.parseLong(parts[2]);
                }
                return new Cursor(range.backward(), Long.parseLong(parts[1]), parts[2], true);
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            // Neither Base64 nor a cursor: rejected below.
        }
        throw BadRequest.parameter(argument, Code.INVALID, "is not a cursor of this list");
    }

    /** Adds the query of the JSON object, which returns a single row. */
    void write(SqlText to) {
        to.add("select ");
        object.write(to, 0, Map.of());
        if (columns.isEmpty() && !readsAhead) {
            return;
        }
        Order direction = range.backward() ? order.reversed() : order;
        to.add(" from (select n");
        for (int i = 0; i < columns.size(); i++) {
            to.add(readsAhead ? ", case when n <= " + range.size() + " then " : ", ");
            columns.get(i).accept(to);
            to.add((readsAhead ? " end" : "") + " j" + i);
        }
        to.add(" from (select r0.*, row_number() over (order by " + direction.sql(direction.column("r0"), "r0.id")
                + ") n from (");
        rows(to, direction, range.size() + (readsAhead ? 1 : 0));
        to.add(") r0) r0) " + PAGE);
    }

    private void rows(SqlText to, Order direction, int limit) {
        Cursor after = cursor("after", range.after());
        Cursor before = cursor("before", range.before());
        Cursor from = range.backward() ? before : after;
        Cursor other = range.backward() ? after : before;
        Filter filter = other == null ? range.filter() : range.filter().and(until(other, direction));
        if (owner == null) {
            QueryBuilder.page(to, representation, direction, from, limit, filter);
            return;
        }
        Index index = owner.entity().indexOf(relation);
        to.add("select r0.*");
        if (index != null && index.columns().containsKey(order.member())) {
            QueryBuilder.branch(
                    to, representation, direction, from, limit, index, OWNER + ".id", List.of(), filter.all());
            return;
        }
        Join join = owner.entity().join(relation);
        related(to, join.from(), join, filter);
        String column = direction.column("r0");
        QueryBuilder.after(to, " and ", from, direction, representation, column, "r0.id");
        to.add(" order by " + direction.sql(column, "r0.id") + " limit " + limit);
    }

    /** Returns a filter for the rows before a row, in this direction. */
    private static Filter until(Cursor end, Order direction) {
        return Filter.of(
                "(" + direction.column("r0") + ", r0.id) " + (direction.descending() ? ">" : "<")
                        + " (cast(cast(? as text) as " + direction.type() + "), ?)",
                end.key(),
                end.id());
    }

    private void count(SqlText to) {
        to.add("select count(*)");
        if (owner == null) {
            QueryBuilder.where(to.add(QueryBuilder.from(representation)), range.filter());
            return;
        }
        Join join = owner.entity().join(relation);
        related(to, isFiltered() ? join.from() : join.links(), join, range.filter());
    }

    private static void related(SqlText to, String rows, Join join, Filter filter) {
        to.add(" from " + new SqlTemplate(rows + " where " + join.condition()).fill(OWNER, "r0", Map.of()));
        for (Condition condition : filter.all()) {
            to.add(" and " + condition.sql(), condition.values());
        }
    }
}
