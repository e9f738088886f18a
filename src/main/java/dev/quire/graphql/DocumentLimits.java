package dev.quire.graphql;

import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.Violation;
import dev.quire.problem.Violation.Code;
import graphql.language.DirectivesContainer;
import graphql.language.Document;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The limits of a document. They hold before anything is done with it whose cost grows faster than its length: fragments
 * that double in each other are counted once each.
 */
final class DocumentLimits {
    static final int MAX_LENGTH = 65_536;
    static final int MAX_TOKENS = 2000;
    static final int MAX_FIELDS = 500;
    static final int MAX_ROWS = 5000;

    /** The maximum length of the response if all pages are full and all texts are as long as they may be: some 120 posts. */
    static final int MAX_RESPONSE = 12_000_000;

    /** The depth of the usual query of the schema. */
    private static final int MAX_DEPTH = 15;

    private static final int MAX_ALIASES = 100;
    private static final int MAX_DIRECTIVES = 50;

    /** Counts are cut here, far from an overflow. */
    private static final long MANY = 1L << 40;

    private final Map<String, FragmentDefinition> fragments = new HashMap<>();
    private final Map<String, Size> known = new HashMap<>();
    private int aliases;
    private int directives;

    /** @param fields the number of fields with those of all fragments in their places */
    private record Size(long fields, int depth) {
        static final Size NONE = new Size(0, 0);

        Size and(Size other) {
            return new Size(Math.min(fields + other.fields, MANY), Math.max(depth, other.depth));
        }

        Size below() {
            return new Size(fields + 1, depth + 1);
        }
    }

    private DocumentLimits() {}

    /**
     * Requires a document within all limits.
     *
     * @throws BadRequest if it exceeds one
     */
    static void require(Document document) {
        var limits = new DocumentLimits();
        document.getDefinitionsOfType(FragmentDefinition.class)
                .forEach(fragment -> limits.fragments.put(fragment.getName(), fragment));
        Size size = Size.NONE;
        for (OperationDefinition operation : document.getDefinitionsOfType(OperationDefinition.class)) {
            limits.directives += operation.getDirectives().size();
            operation.getVariableDefinitions().forEach(variable -> limits.count(variable));
            size = size.and(limits.size(operation.getSelectionSet()));
        }
        // Those that are not used are validated, too.
        for (FragmentDefinition fragment : limits.fragments.values()) {
            limits.count(fragment);
            size = new Size(
                    Math.max(size.fields, limits.size(fragment.getName()).fields),
                    Math.max(size.depth, limits.size(fragment.getName()).depth));
        }
        require("aliases", limits.aliases, MAX_ALIASES);
        require("directives", limits.directives, MAX_DIRECTIVES);
        require("levels", size.depth, MAX_DEPTH);
        require("fields", size.fields, MAX_FIELDS);
    }

    /** Requires a number within its limit. */
    static void require(String what, long found, long limit) {
        if (found > limit) {
            throw refused("has %s%d %s, and may have %d".formatted(found == MANY ? "over " : "", found, what, limit));
        }
    }

    /** Returns the problem of a document beyond a limit. */
    static BadRequest refused(String detail) {
        return new BadRequest("The document " + detail + ".", List.of(Violation.at("/query", Code.TOO_LARGE, detail)));
    }

    private void count(DirectivesContainer<?> node) {
        directives += node.getDirectives().size();
    }

    private Size size(SelectionSet selections) {
        Size size = Size.NONE;
        if (selections == null) {
            return size;
        }
        for (Selection<?> selection : selections.getSelections()) {
            count((DirectivesContainer<?>) selection);
            if (selection instanceof Field field) {
                aliases += field.getAlias() == null ? 0 : 1;
                size = size.and(size(field.getSelectionSet()).below());
            } else if (selection instanceof InlineFragment inline) {
                size = size.and(size(inline.getSelectionSet()));
            } else {
                size = size.and(size(((FragmentSpread) selection).getName()));
            }
        }
        return size;
    }

    private Size size(String name) {
        if (!known.containsKey(name)) {
            // In a circle it counts nothing; the validation rejects those.
            known.put(name, Size.NONE);
            FragmentDefinition fragment = fragments.get(name);
            known.put(name, fragment == null ? Size.NONE : size(fragment.getSelectionSet()));
        }
        return known.get(name);
    }
}
