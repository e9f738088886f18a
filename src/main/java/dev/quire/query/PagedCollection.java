package dev.quire.query;

import dev.quire.problem.ProblemException.BadRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A list that is read page by page: its rows, and what it may be sorted by. The id always breaks ties. */
public final class PagedCollection {
    /**
     * A member, and a direction.
     *
     * @param column of a row {@code r0}
     * @param type of that column, in SQL
     */
    record Order(String member, String column, String type, boolean descending) {
        Order reversed() {
            return new Order(member, column, type, !descending);
        }

        /** What follows {@code order by}, where these are the columns of the member and of the id. */
        String sql(String key, String id) {
            String direction = descending ? " desc" : "";
            return key + direction + ", " + id + direction;
        }
    }

    private final Representation representation;
    private final String standard;
    private final Map<String, Order> orders = new LinkedHashMap<>();

    /**
     * @param standard the sort of a request that does not name one, such as {@code -createdAt}
     */
    public PagedCollection(Representation representation, String standard) {
        this.representation = representation;
        this.standard = standard;
    }

    /** Lets the list be sorted by these members, in either direction; there is an index on the column of each and the id. */
    public PagedCollection sort(String... members) {
        for (String member : members) {
            var attribute = representation.entity().attribute(member);
            orders.put(member, new Order(member, "r0." + attribute.column(), attribute.type(), false));
            orders.put("-" + member, new Order(member, "r0." + attribute.column(), attribute.type(), true));
        }
        return this;
    }

    /** What a request may sort by. */
    public Set<String> sorts() {
        return orders.keySet();
    }

    /** The sort of a request that does not name one. */
    public String standard() {
        return standard;
    }

    /** What is shown of its rows. */
    public Representation representation() {
        return representation;
    }

    /**
     * @param sort null for the standard
     * @throws BadRequest when there is no such sort
     */
    Order order(String sort) {
        Order order = orders.get(sort == null ? standard : sort);
        if (order == null) {
            throw BadRequest.parameter("sort", "must be one of " + String.join(", ", orders.keySet()));
        }
        return order;
    }
}
