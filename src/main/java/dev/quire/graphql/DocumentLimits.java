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
import graphql.validation.ValidationError;
import graphql.validation.ValidationErrorType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

    /** The maximum length of a text in a variable, in units of UTF-16: the longest content of a post may have as many. */
    private static final int MAX_TEXT = 200_000;

    private static final int MAX_ALIASES = 100;
    private static final int MAX_DIRECTIVES = 50;

    /** Counts are cut here, far from an overflow. */
    private static final long MANY = 1L << 40;

    private final Map<String, FragmentDefinition> fragments = new HashMap<>();
    private final Map<String, Size> known = new HashMap<>();

    /** The fragments whose size is being counted. */
    private final Set<String> open = new HashSet<>();

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
     * Requires a document within all limits, whose fragments all end.
     *
     * @throws BadRequest if it exceeds a limit
     * @throws InvalidDocument if a fragment is in itself, or unknown: the validation would take long to find it
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
            Size alone = limits.known.get(fragment.getName());
            if (alone == null) {
                alone = limits.size(fragment);
            }
            size = new Size(Math.max(size.fields, alone.fields), Math.max(size.depth, alone.depth));
        }
        require("aliases", limits.aliases, MAX_ALIASES);
        require("directives", limits.directives, MAX_DIRECTIVES);
        require("levels", size.depth, MAX_DEPTH);
        require("fields", size.fields, MAX_FIELDS);
    }

    /**
     * Requires that all texts in the variables are within their limit.
     *
     * @param value the variables, or one of their values
     * @throws BadRequest if one exceeds it
     */
    static void requireShortTexts(Object value) {
        if (value instanceof Map<?, ?> members) {
            members.values().forEach(DocumentLimits::requireShortTexts);
        } else if (value instanceof List<?> elements) {
            elements.forEach(DocumentLimits::requireShortTexts);
        } else if (value instanceof String text && text.length() > MAX_TEXT) {
            String detail = "has a text of %d characters, and may have %d".formatted(text.length(), MAX_TEXT);
            throw new BadRequest(
                    "A variable " + detail + ".", List.of(Violation.at("/variables", Code.TOO_LARGE, detail)));
        }
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
                size = size.and(size((FragmentSpread) selection));
            }
        }
        return size;
    }

    private Size size(FragmentSpread spread) {
        String name = spread.getName();
        FragmentDefinition fragment = fragments.get(name);
        if (fragment == null) {
            throw invalid(spread, ValidationErrorType.UndefinedFragment, "Undefined fragment '%s'");
        }
        if (open.contains(name)) {
            throw invalid(
                    spread, ValidationErrorType.FragmentCycle, "Fragment '%s' is in itself: cycles are not allowed");
        }
        Size size = known.get(name);
        return size == null ? size(fragment) : size;
    }

    private Size size(FragmentDefinition fragment) {
        open.add(fragment.getName());
        Size size = size(fragment.getSelectionSet());
        open.remove(fragment.getName());
        known.put(fragment.getName(), size);
        return size;
    }

    private static InvalidDocument invalid(FragmentSpread spread, ValidationErrorType type, String message) {
        return new InvalidDocument(List.of(ValidationError.newValidationError()
                .validationErrorType(type)
                .sourceLocation(spread.getSourceLocation())
                .description(message.formatted(spread.getName()))
                .build()));
    }
}
