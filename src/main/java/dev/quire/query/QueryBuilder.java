package dev.quire.query;

import dev.quire.database.DatabasePool;
import dev.quire.http.Cursor;
import dev.quire.query.EntityMapping.Index;
import dev.quire.query.Filter.Condition;
import dev.quire.query.Filter.IndexRanges;
import dev.quire.query.PagedCollection.Order;
import java.util.List;

/** A builder of the statements that read. The row of a representation is {@code r0} in all of them. */
final class QueryBuilder {
    private static final String ID = "r0.id";

    /** The character that sorts after every other in each Unicode collation (UTS #35, part 5). */
    private static final String LAST = "\uffff";

    private QueryBuilder() {}

    /** Builds a query with a single column, the JSON object of a row. */
    static SqlText object(SqlText text, Projection projection, Filter filter) {
        return where(
                showing(text, projection).add("select " + projection.json() + from(projection.representation())),
                filter);
    }

    /**
     * Builds a query of the id and the JSON object of each row with an id in an array, the only value. The array is in a
     * subquery, so that the number of ids is no reason to plan the statement anew.
     */
    static String objects(Projection projection) {
        return "select r0.id, " + projection.json() + from(projection.representation())
                + " where r0.id = any (cast((select cast($1 as bigint[])) as bigint[]))";
    }

    /** Builds a query with a single row and column, the JSON array of all rows in the order of their list. */
    static SqlText array(SqlText text, PagedCollection collection, Projection projection, Filter filter) {
        Order order = collection.order(null);
        SqlText rows = showing(text, projection)
                .add("select concat('[', string_agg(json, ','), ']') from (select " + projection.json() + " json"
                        + from(projection.representation()));
        return where(rows, filter).add(" order by " + order.sql(order.column("r0"), ID) + ") found");
    }

    /** Builds a query that returns a row without columns for each row that matches the filter. */
    static SqlText any(EntityMapping entity, Filter filter) {
        return where(SqlText.ofStatement().add("select from " + entity.table() + " r0"), filter);
    }

    /** Builds a query of the number of rows that match the filter. */
    static SqlText count(Representation representation, Filter filter) {
        return planned(
                where(SqlText.ofStatement().slow().add("select count(*)" + from(representation)), filter), filter);
    }

    /**
     * Builds a query of the rows of a list from a cursor on: their JSON, their id and their sort key. The JSON is null for
     * rows that begin after so many bytes.
     *
     * @param from null for the beginning
     */
    static SqlText rows(Projection projection, Order order, Cursor from, int limit, int bytes, Filter filter) {
        String column = order.column("r0");
        SqlText statement = showing(SqlText.ofStatement(), projection)
                .add("select case when bytes - octet_length(json) < " + bytes + " then json end, id, cast(key as text)"
                        + " from (select json, id, key, sum(octet_length(json)) over (order by "
                        + order.sql("key", "id") + ") bytes from (select " + projection.json() + " json, r0.id, "
                        + column + " key from (");
        page(statement, projection.representation(), order, from, limit, filter);
        // Qualified, since the text column in the result is also called key
        statement.add(") r0 offset 0) shown) counted order by " + order.sql("counted.key", "counted.id"));
        return isIndexed(order, filter) && filter.conditions().isEmpty() ? statement : planned(statement, filter);
    }

    private static boolean isIndexed(Order order, Filter filter) {
        return filter.ranges() != null && filter.ranges().index().columns().containsKey(order.member());
    }

    /** Adds a query of the rows {@code r0} of a list from a cursor on. */
    static void page(
            SqlText statement, Representation representation, Order order, Cursor from, int limit, Filter filter) {
        IndexRanges ranges = filter.ranges();
        boolean indexed = isIndexed(order, filter);
        String column = order.column("r0");
        if (indexed && ranges.of().size() == 1) {
            statement.add("select r0.*");
            branch(
                    statement,
                    representation,
                    order,
                    from,
                    limit,
                    ranges.index(),
                    "?",
                    List.of(ranges.of().get(0)),
                    filter.conditions());
        } else if (indexed && filter.conditions().isEmpty()) {
            // The same row may be in several branches.
            statement.add(
                    "select distinct on (" + column + ", r0.id) r0.*"
                            + " from unnest(cast(? as bigint[])) branch(value) cross join lateral (select r0.*",
                    List.of((Object) ranges.of().toArray(Long[]::new)));
            branch(statement, representation, order, from, limit, ranges.index(), "branch.value", List.of(), List.of());
            statement.add(") r0 order by " + order.sql(column, ID) + " limit " + limit);
        } else {
            where(statement.add("select *" + from(representation)), filter);
            after(statement, filter.all().isEmpty() ? " where " : " and ", from, order, representation, column, ID);
            statement.add(" order by " + order.sql(column, ID) + " limit " + limit);
        }
    }

    static void branch(
            SqlText statement,
            Representation representation,
            Order order,
            Cursor from,
            int limit,
            Index index,
            String value,
            List<Long> values,
            List<Condition> conditions) {
        statement.add(" from " + index.rows() + " where " + index.value() + " = " + value, values);
        for (Condition condition : conditions) {
            // The index covers a range of times as well.
            statement.add(" and " + condition.sql(index.columns()), condition.values());
        }
        String key = index.columns().get(order.member());
        after(statement, " and ", from, order, representation, key, index.id());
        statement.add(" order by " + order.sql(key, index.id()) + " limit " + limit);
    }

    static void after(
            SqlText statement,
            String and,
            Cursor from,
            Order order,
            Representation representation,
            String key,
            String id) {
        if (from == null) {
            return;
        }
        statement.add(and + "(" + key + ", " + id + ") " + (order.descending() ? "<" : ">"));
        if (from.whole()) {
            statement.add(" (cast(cast(? as text) as " + order.type() + "), ?)", List.of(from.key(), from.id()));
            return;
        }
        // If the row is deleted or its key has changed, only the beginning of the key is known. A row may then be
        // returned twice, which is better than not at all.
        String nearest = order.descending() ? from.key() + LAST : from.key();
        String whole = order.column("whole");
        statement.add(
                " (cast(coalesce((select cast(" + whole + " as text) from " + representation.table()
                        + " whole where whole.id = ?" + " and starts_with(cast(" + whole + " as text), ?)), ?) as "
                        + order.type() + "), ?)",
                List.of(from.id(), from.key(), nearest, from.id()));
    }

    /** Marks the statement to be planned anew, since the best index depends on the number of rows that match. */
    static SqlText planned(SqlText statement, Filter filter) {
        return filter.all().isEmpty() ? statement : statement.slow().add(" " + DatabasePool.PLANNED_ANEW);
    }

    private static SqlText showing(SqlText statement, Projection projection) {
        return projection.counts() ? statement.slow() : statement;
    }

    static String from(Representation representation) {
        return " from " + representation.table() + " r0";
    }

    static SqlText where(SqlText statement, Filter filter) {
        String and = " where ";
        for (Condition condition : filter.all()) {
            statement.add(and + condition.sql(), condition.values());
            and = " and ";
        }
        return statement;
    }
}
