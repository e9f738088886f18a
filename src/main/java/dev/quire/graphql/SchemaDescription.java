package dev.quire.graphql;

import dev.quire.graphql.Selections.Selected;
import graphql.GraphQL;
import graphql.introspection.IntrospectionQueryBuilder;
import graphql.introspection.IntrospectionQueryBuilder.Options;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The schema, as introspection shows it. The engine of graphql-java describes all of it once, and each request is answered from
 * that: values are counted as they are collected, so one that asks for too many costs no more than one within the limit.
 */
@Singleton
class SchemaDescription {
    /** The maximum number of values in an answer, lists and objects included: more than the usual tools ask for. */
    private static final int MAX_VALUES = 8000;

    private static final String EVERYTHING = IntrospectionQueryBuilder.build(Options.defaultOptions()
            .descriptions(true)
            .schemaDescription(true)
            .specifiedByUrl(true)
            .isOneOf(true)
            .directiveIsRepeatable(true)
            .inputValueDeprecation(true));

    private static final String TYPE = "__Type";

    private final GraphqlSchema schema;
    private volatile Everything everything;

    SchemaDescription(GraphqlSchema schema) {
        this.schema = schema;
    }

    /** @param types the types with all their members, by name: elsewhere, they only have their names */
    private record Everything(Object schema, Map<?, ?> types) {}

    /** Returns whether a root field describes the schema. */
    static boolean isShownBy(Selected root) {
        return root.name().equals("__schema") || root.name().equals("__type");
    }

    /**
     * Returns the values of root fields that describe the schema, by their keys.
     *
     * @throws dev.quire.problem.ProblemException.BadRequest if they have too many values together
     */
    Map<String, Object> values(List<Selected> roots, Selections selections) {
        Everything shown = everything();
        var request = new Request(shown.types(), selections);
        var values = new HashMap<String, Object>();
        for (Selected root : roots) {
            Object value = root.name().equals("__schema")
                    ? shown.schema()
                    : shown.types().get(root.arguments().get("name"));
            values.put(root.key(), request.value(value, root));
        }
        return values;
    }

    private Everything everything() {
        if (everything == null) {
            Map<String, Object> data = GraphQL.newGraphQL(schema.executable())
                    .build()
                    .execute(EVERYTHING)
                    .getData();
            var described = (Map<?, ?>) data.get("__schema");
            var types = new HashMap<Object, Object>();
            for (Object type : (List<?>) described.get("types")) {
                types.put(((Map<?, ?>) type).get("name"), type);
            }
            everything = new Everything(described, types);
        }
        return everything;
    }

    private static final class Request {
        private final Map<?, ?> types;
        private final Selections selections;
        private final Map<Selected, List<Selected>> below = new IdentityHashMap<>();
        private int values;

        Request(Map<?, ?> types, Selections selections) {
            this.types = types;
            this.selections = selections;
        }

        Object value(Object described, Selected field) {
            if (++values > MAX_VALUES) {
                throw DocumentLimits.refused("asks for more than " + MAX_VALUES + " values of the schema");
            }
            if (described instanceof List<?> list) {
                return elements(list, field);
            }
            return described instanceof Map<?, ?> object ? fields(object, field) : described;
        }

        private List<Object> elements(List<?> list, Selected field) {
            boolean all = !Boolean.FALSE.equals(field.arguments().get("includeDeprecated"));
            var elements = new ArrayList<>();
            for (Object element : list) {
                if (all || !Boolean.TRUE.equals(((Map<?, ?>) element).get("isDeprecated"))) {
                    elements.add(value(element, field));
                }
            }
            return elements;
        }

        private Map<String, Object> fields(Map<?, ?> described, Selected field) {
            Map<?, ?> object = field.type().equals(TYPE) && types.get(described.get("name")) instanceof Map<?, ?> type
                    ? type
                    : described;
            var fields = new LinkedHashMap<String, Object>();
            for (Selected member : below.computeIfAbsent(field, selections::below)) {
                Object value = member.name().equals("__typename") ? field.type() : object.get(member.name());
                fields.put(member.key(), value(value, member));
            }
            return fields;
        }
    }
}
