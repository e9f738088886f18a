package dev.quire.graphql;

import graphql.GraphQLContext;
import graphql.GraphQLException;
import graphql.execution.CoercedVariables;
import graphql.execution.ValuesResolver;
import graphql.execution.conditional.ConditionalNodes;
import graphql.introspection.Introspection;
import graphql.language.DirectivesContainer;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.OperationDefinition;
import graphql.language.OperationDefinition.Operation;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLTypeUtil;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The fields that an operation selects, collected as in the specification (section 6.3.2). The normalizer of graphql-java has
 * an order of its own, and fields of fragments that can't apply.
 *
 * @param fragments the fragments of the document, by name
 * @param variables the values of the variables
 */
record Selections(
        GraphQLSchema schema,
        OperationDefinition operation,
        Map<String, FragmentDefinition> fragments,
        CoercedVariables variables) {

    /**
     * A selected field, with the values of the variables in place.
     *
     * @param merged the fields of the document with this key, whose selections are one
     */
    record Selected(String key, GraphQLFieldDefinition definition, Map<String, Object> arguments, List<Field> merged) {
        String name() {
            return definition.getName();
        }

        /** Returns the type of its objects, without that of a list. */
        String type() {
            return GraphQLTypeUtil.unwrapAll(definition.getType()).getName();
        }
    }

    boolean isMutation() {
        return operation.getOperation() == Operation.MUTATION;
    }

    /**
     * Returns the fields of the operation.
     *
     * @throws InvalidDocument if an argument is null and must not be
     */
    List<Selected> roots() {
        return select(
                List.of(operation.getSelectionSet()), isMutation() ? schema.getMutationType() : schema.getQueryType());
    }

    /** Returns the fields below a field whose type is one of objects. */
    List<Selected> below(Selected field) {
        return below(field, field.type());
    }

    /** Returns the fields below a field for an object of a type. */
    List<Selected> below(Selected field, String type) {
        return select(field.merged().stream().map(Field::getSelectionSet).toList(), schema.getObjectType(type));
    }

    private List<Selected> select(List<SelectionSet> selections, GraphQLObjectType type) {
        var fields = new LinkedHashMap<String, List<Field>>();
        var visited = new HashSet<String>();
        selections.forEach(selection -> collect(selection, type, visited, fields));
        return fields.entrySet().stream()
                .map(field -> select(field.getKey(), field.getValue(), type))
                .toList();
    }

    private Selected select(String key, List<Field> merged, GraphQLObjectType type) {
        Field first = merged.get(0);
        GraphQLFieldDefinition definition = Introspection.getFieldDefinition(schema, type, first.getName());
        try {
            Map<String, Object> arguments = ValuesResolver.getArgumentValues(
                    schema.getCodeRegistry(),
                    definition.getArguments(),
                    first.getArguments(),
                    variables,
                    GraphQLContext.getDefault(),
                    Locale.ENGLISH);
            return new Selected(key, definition, arguments, merged);
        } catch (GraphQLException e) {
            throw InvalidDocument.of(e);
        }
    }

    private void collect(
            SelectionSet selections, GraphQLObjectType type, Set<String> visited, Map<String, List<Field>> fields) {
        for (Selection<?> selection : selections.getSelections()) {
            if (!isIncluded((DirectivesContainer<?>) selection)) {
                continue;
            }
            if (selection instanceof Field field) {
                fields.computeIfAbsent(field.getResultKey(), key -> new ArrayList<>())
                        .add(field);
            } else if (selection instanceof InlineFragment inline) {
                if (inline.getTypeCondition() == null
                        || isOf(type, inline.getTypeCondition().getName())) {
                    collect(inline.getSelectionSet(), type, visited, fields);
                }
            } else {
                FragmentDefinition fragment = fragments.get(((FragmentSpread) selection).getName());
                if (visited.add(fragment.getName())
                        && isOf(type, fragment.getTypeCondition().getName())) {
                    collect(fragment.getSelectionSet(), type, visited, fields);
                }
            }
        }
    }

    private boolean isIncluded(DirectivesContainer<?> node) {
        return new ConditionalNodes().shouldInclude(node, variables.toMap(), schema, GraphQLContext.getDefault());
    }

    private static boolean isOf(GraphQLObjectType type, String condition) {
        return type.getName().equals(condition)
                || type.getInterfaces().stream().anyMatch(one -> one.getName().equals(condition));
    }
}
