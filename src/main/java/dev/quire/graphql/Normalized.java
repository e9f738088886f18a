package dev.quire.graphql;

import graphql.GraphQLContext;
import graphql.execution.conditional.ConditionalNodes;
import graphql.language.DirectivesContainer;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.normalized.ExecutableNormalizedField;
import graphql.normalized.ExecutableNormalizedOperation;
import graphql.schema.GraphQLSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The fields of an operation.
 *
 * @param fragments the fragments of its document, by name
 * @param variables the values of its variables
 */
record Normalized(
        GraphQLSchema schema,
        ExecutableNormalizedOperation operation,
        Map<String, FragmentDefinition> fragments,
        Map<String, Object> variables) {

    /**
     * Returns the fields below a field for an object of a type, in the order of the specification (section 6.3.2). Below a
     * field of an interface, the normalizer has those of all types, in an order of its own.
     */
    List<ExecutableNormalizedField> below(ExecutableNormalizedField field, String type) {
        List<ExecutableNormalizedField> children = field.getChildren();
        if (children.stream().allMatch(child -> child.getObjectTypeNames().equals(Set.of(type)))) {
            return children;
        }
        var keys = new LinkedHashSet<String>();
        var visited = new HashSet<String>();
        for (Field merged : operation.getMergedField(field).getFields()) {
            collect(merged.getSelectionSet(), type, visited, keys);
        }
        List<String> order = List.copyOf(keys);
        var below = new ArrayList<>(children);
        below.removeIf(child -> !child.getObjectTypeNames().contains(type));
        below.sort((one, other) ->
                Integer.compare(order.indexOf(one.getResultKey()), order.indexOf(other.getResultKey())));
        return below;
    }

    private void collect(SelectionSet selections, String type, Set<String> visited, Set<String> keys) {
        for (Selection<?> selection : selections.getSelections()) {
            if (selection instanceof Field field && isIncluded(field)) {
                keys.add(field.getResultKey());
            } else if (selection instanceof InlineFragment inline && isIncluded(inline)) {
                boolean applies = inline.getTypeCondition() == null
                        || isOf(type, inline.getTypeCondition().getName());
                if (applies) {
                    collect(inline.getSelectionSet(), type, visited, keys);
                }
            } else if (selection instanceof FragmentSpread spread
                    && isIncluded(spread)
                    && visited.add(spread.getName())) {
                FragmentDefinition fragment = fragments.get(spread.getName());
                if (isOf(type, fragment.getTypeCondition().getName())) {
                    collect(fragment.getSelectionSet(), type, visited, keys);
                }
            }
        }
    }

    private boolean isIncluded(DirectivesContainer<?> node) {
        return new ConditionalNodes().shouldInclude(node, variables, schema, GraphQLContext.getDefault());
    }

    private boolean isOf(String type, String condition) {
        return type.equals(condition)
                || schema.getObjectType(type).getInterfaces().stream()
                        .anyMatch(one -> one.getName().equals(condition));
    }
}
