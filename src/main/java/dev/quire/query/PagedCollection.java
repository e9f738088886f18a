package dev.quire.query;

import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.Violation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A list with pagination: its rows, and the members by which it may be sorted. The id always breaks ties. */
public final class PagedCollection {
    /**
     * A member to sort by, and a direction.
     *
     * @param name the name of the column
     * @param type the SQL type of that column
     */
    record Order(String member, String name, String type, boolean descending) {
        Order reversed() {
            return new Order(member, name, type, !descending);
        }

        /** Returns the column of a row. */
        String column(String row) {
            return row + "." + name;
        }

        /** Returns the SQL after {@code order by}, given the columns of the member and of the id. */
        String sql(String key, String id) {
            String direction = descending ? " desc" : "";
            return key + direction + ", " + id + direction;
        }
    }

    private final Representation representation;
    private final String standard;
    private final Map<String, Order> orders = new LinkedHashMap<>();
    private Class<? extends RowFilter> filters;

    /** @param standard the sort of a request that does not name one, such as {@code -createdAt} */
    public PagedCollection(Representation representation, String standard) {
        this.representation = representation;
        this.standard = standard;
    }

    /** Allows sorting by these members, in either direction. An index exists on the column of each and the id. */
    public PagedCollection sort(String... members) {
        for (String member : members) {
            var attribute = representation.entity().attribute(member);
            orders.put(member, new Order(member, attribute.column(), attribute.type(), false));
            orders.put("-" + member, new Order(member, attribute.column(), attribute.type(), true));
        }
        return this;
    }

    /** Returns the same list with another sort for requests that do not name one. */
    public PagedCollection startingWith(String otherStandard) {
        var other = new PagedCollection(representation, otherStandard);
        other.orders.putAll(orders);
        other.filters = filters;
        return other;
    }

    /** Describes the filters of requests by the components of a record. */
    public PagedCollection filter(Class<? extends RowFilter> record) {
        filters = record;
        return this;
    }

    /** Returns the record of the filters; null for none. */
    public Class<? extends RowFilter> filters() {
        return filters;
    }

    /** Returns the sorts that a request may name. */
    public Set<String> sorts() {
        return orders.keySet();
    }

    /** Returns the sort of a request that does not name one. */
    public String standard() {
        return standard;
    }

    /** Returns the representation of its rows. */
    public Representation representation() {
        return representation;
    }

    /**
     * Returns the order for a sort.
     *
     * @param sort null for the standard
     * @throws BadRequest if the sort is unknown
     */
    Order order(String sort) {
        Order order = orders.get(sort == null ? standard : sort);
        if (order == null) {
            throw BadRequest.parameter(
                    "sort", Violation.Code.INVALID, "must be one of " + String.join(", ", orders.keySet()));
        }
        return order;
    }
}
