package dev.quire.graphql;

import dev.quire.graphql.Selections.Selected;
import dev.quire.http.Ids;
import dev.quire.http.Parameters;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.Violation.Code;
import dev.quire.query.Connection.Range;
import dev.quire.query.Filter;
import dev.quire.query.PagedCollection;
import dev.quire.query.RowFilter;
import jakarta.validation.Validator;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The arguments of fields, read by the rules of the parameters in REST. */
final class Arguments {
    /** The types of the objects that the filters of lists name by their ids. */
    private static final Map<String, String[]> TYPES_OF_FILTERS = Map.of(
            "author", new String[] {"Author", "User"},
            "category", new String[] {"Category"},
            "categoryAll", new String[] {"Category"},
            "categoryNone", new String[] {"Category"});

    private static final int MAX_SIZE = 100;
    private static final int DEFAULT_SIZE = 20;

    private final Validator validator;

    Arguments(Validator validator) {
        this.validator = validator;
    }

    /**
     * Returns the page of a list that the arguments of a field ask for.
     *
     * @param standard the sort unless one is given
     * @param visible the rows that the caller may see
     * @throws BadRequest if an argument is malformed
     */
    Range range(Selected field, PagedCollection list, String standard, Filter visible) {
        Map<String, Object> arguments = field.arguments();
        Object first = arguments.get("first");
        Object last = arguments.get("last");
        if (first != null && last != null) {
            throw BadRequest.parameter("last", Code.NOT_ALLOWED, "is not allowed beside first");
        }
        int size = size(first != null ? "first" : "last", first != null ? first : last);
        String sort = list.sorts().stream()
                .filter(one -> GraphqlSchema.constant(one).equals(arguments.get("sort")))
                .findAny()
                .orElse(standard);
        return new Range(
                sort,
                visible.and(filter(list, arguments)),
                size,
                last != null,
                (String) arguments.get("after"),
                (String) arguments.get("before"));
    }

    private static int size(String argument, Object value) {
        int size = value == null ? DEFAULT_SIZE : (Integer) value;
        if (size < 1 || size > MAX_SIZE) {
            throw BadRequest.parameter(argument, Code.INVALID, "must be from 1 to " + MAX_SIZE);
        }
        return size;
    }

    private Filter filter(PagedCollection list, Map<String, Object> arguments) {
        if (list.filters() == null) {
            return Filter.ALL_ROWS;
        }
        RecordComponent[] filters = list.filters().getRecordComponents();
        var types = new ArrayList<Class<?>>();
        var values = new ArrayList<>();
        for (RecordComponent filter : filters) {
            types.add(filter.getType());
            values.add(value(filter, arguments.get(filter.getName())));
        }
        try {
            RowFilter filter = list.filters()
                    .getDeclaredConstructor(types.toArray(Class<?>[]::new))
                    .newInstance(values.toArray());
            require(filter);
            return filter.toFilter();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a filter can't be made", e);
        }
    }

    private static Object value(RecordComponent filter, Object value) {
        if (value instanceof List<?> ids) {
            return ids(filter.getName(), ids);
        }
        return value != null && filter.getType() == Instant.class
                ? Parameters.time(filter.getName(), (String) value)
                : value;
    }

    private static List<Long> ids(String argument, List<?> given) {
        if (given.isEmpty() || given.size() > Ids.MAX) {
            throw BadRequest.parameter(
                    argument, given.isEmpty() ? Code.TOO_FEW : Code.TOO_MANY, "must have 1 to " + Ids.MAX + " ids");
        }
        return given.stream()
                .map(id -> id(argument, (String) id, TYPES_OF_FILTERS.get(argument)))
                .distinct()
                .toList();
    }

    /**
     * Requires arguments that fulfil their constraints, which are those of the parameters in REST.
     *
     * @throws BadRequest if one does not
     */
    void require(Object arguments) {
        validator.validate(arguments).forEach(violation -> {
            throw BadRequest.parameter(
                    violation.getPropertyPath().toString(), Code.of(violation), violation.getMessage());
        });
    }

    static String text(Selected field, String argument) {
        return (String) field.arguments().get(argument);
    }

    static long id(Selected field, String argument, String... types) {
        return id(argument, text(field, argument), types);
    }

    /**
     * Returns the id of a row of REST.
     *
     * @param types the types that the object may have
     */
    static long id(String argument, String text, String... types) {
        String id = text;
        for (String type : types) {
            if (text.startsWith(type + ":")) {
                id = text.substring(type.length() + 1);
            }
        }
        if (!Parameters.isId(id)) {
            throw malformed(argument);
        }
        return Long.parseLong(id);
    }

    static BadRequest malformed(String argument) {
        return BadRequest.parameter(argument, Code.INVALID, "must be the id of an object of this type");
    }
}
