package dev.quire.graphql;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.NotFound;
import dev.quire.problem.Violation;
import dev.quire.problem.Violation.Code;
import graphql.GraphQLContext;
import graphql.GraphQLException;
import graphql.execution.CoercedVariables;
import graphql.execution.RawVariables;
import graphql.execution.ValuesResolver;
import graphql.language.Document;
import graphql.language.NodeUtil;
import graphql.language.NodeUtil.GetOperationResult;
import graphql.parser.InvalidSyntaxException;
import graphql.parser.Parser;
import graphql.parser.ParserEnvironment;
import graphql.parser.ParserOptions;
import graphql.parser.exceptions.ParseCancelledException;
import graphql.parser.exceptions.ParseCancelledTooDeepException;
import graphql.validation.ValidationError;
import graphql.validation.Validator;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The way from the text of a document to the fields of an operation. Documents that are valid are kept for a while. */
@Singleton
class Documents {
    /** The depth of the rules of the grammar: some for each level of fields, or of values. */
    private static final int MAX_NESTING = 500;

    /** The maximum length of all numbers. The parser takes more time for them than for anything else, and an id has 19 digits. */
    private static final int MAX_NUMBERS = 5000;

    /** The tokens of the grammar that may be long: comments, block strings, strings, names, and in the group, numbers. */
    private static final Pattern TOKEN = Pattern.compile("#[^\\n\\r]*+"
            + "|\"\"\"(?:[^\"\\\\]++|\\\\\"\"\"|\\\\|\"(?!\"\"))*+(?:\"\"\")?+"
            + "|\"(?:[^\"\\\\\\n\\r]++|\\\\.)*+\"?+"
            + "|[A-Za-z_]\\w*+"
            + "|([0-9][0-9A-Za-z_.+-]*+)");

    private static final ParserOptions WITHIN_LIMITS = ParserOptions.newParserOptions()
            .maxCharacters(DocumentLimits.MAX_LENGTH)
            .maxTokens(DocumentLimits.MAX_TOKENS)
            .maxWhitespaceTokens(DocumentLimits.MAX_LENGTH)
            .maxRuleDepth(MAX_NESTING)
            .captureIgnoredChars(false)
            .captureLineComments(false)
            .build();

    private static final String ID = "sha256:";

    /** The maximum number of documents that are kept, each within its limits. */
    private static final int MAX_KEPT = 64;

    private final GraphqlSchema schema;
    private final Cache<String, Document> valid =
            Caffeine.newBuilder().maximumSize(MAX_KEPT).build();

    /** The texts of documents, by the ids under which clients have sent them. */
    private final Cache<String, String> persisted =
            Caffeine.newBuilder().maximumSize(MAX_KEPT).build();

    Documents(GraphqlSchema schema) {
        this.schema = schema;
    }

    /**
     * Returns the text of a document that is sent, or only named by its id. One that is sent along with its id is kept.
     *
     * @throws BadRequest if there is neither a text nor an id, or if they do not belong together
     * @throws NotFound if no text is known for the id
     */
    String text(String query, String id) {
        if (query == null && id == null) {
            throw new BadRequest(
                    "There is no document.", List.of(Violation.at("/query", Code.REQUIRED, "is required")));
        }
        if (query == null) {
            String known = persisted.getIfPresent(id);
            if (known == null) {
                throw new NotFound("No document is known under this documentId. Send it along with its id once.");
            }
            return known;
        }
        if (query.length() > DocumentLimits.MAX_LENGTH) {
            DocumentLimits.require("characters", query.length(), DocumentLimits.MAX_LENGTH);
        }
        if (id != null) {
            if (!id.equals(idOf(query))) {
                throw new BadRequest(
                        "The documentId is not that of the document.",
                        List.of(Violation.at(
                                "/documentId", Code.INVALID, "must be sha256: and the hash of the query")));
            }
            document(query);
            persisted.put(id, query);
        }
        return query;
    }

    private static String idOf(String text) {
        try {
            return ID
                    + HexFormat.of()
                            .formatHex(
                                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Returns the selections of an operation of a document, with the values of the variables.
     *
     * @param operation null for the only one
     * @throws InvalidDocument if GraphQL does not allow it
     * @throws BadRequest if it exceeds a limit
     */
    Selections selections(String text, String operation, Map<String, Object> variables) {
        Document document = document(text);
        try {
            GetOperationResult named = NodeUtil.getOperation(document, operation);
            CoercedVariables coerced = ValuesResolver.coerceVariableValues(
                    schema.executable(),
                    named.operationDefinition.getVariableDefinitions(),
                    RawVariables.of(variables),
                    GraphQLContext.getDefault(),
                    Locale.ENGLISH);
            return new Selections(schema.executable(), named.operationDefinition, named.fragmentsByName, coerced);
        } catch (GraphQLException e) {
            throw InvalidDocument.of(e);
        }
    }

    private Document document(String text) {
        Document known = valid.getIfPresent(text);
        if (known != null) {
            return known;
        }
        requireShortNumbers(text);
        Document document = parse(text);
        DocumentLimits.require(document);
        List<ValidationError> errors = new Validator().validateDocument(schema.executable(), document, Locale.ENGLISH);
        if (!errors.isEmpty()) {
            throw new InvalidDocument(errors);
        }
        valid.put(text, document);
        return document;
    }

    private static Document parse(String text) {
        try {
            return Parser.parse(ParserEnvironment.newParserEnvironment()
                    .document(text)
                    .parserOptions(WITHIN_LIMITS)
                    .locale(Locale.ENGLISH)
                    .build());
        } catch (ParseCancelledTooDeepException e) {
            throw DocumentLimits.refused("is nested in more than " + MAX_NESTING + " places");
        } catch (ParseCancelledException e) {
            throw DocumentLimits.refused("has more than " + DocumentLimits.MAX_TOKENS + " tokens");
        } catch (InvalidSyntaxException e) {
            throw new InvalidDocument(List.of(e.toInvalidSyntaxError()));
        }
    }

    private static void requireShortNumbers(String text) {
        int length = 0;
        for (Matcher token = TOKEN.matcher(text); token.find(); ) {
            length += token.start(1) < 0 ? 0 : token.end() - token.start();
        }
        DocumentLimits.require("characters of numbers", length, MAX_NUMBERS);
    }
}
