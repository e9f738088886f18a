package dev.quire.graphql;

import graphql.GraphQLError;
import graphql.GraphQLException;
import graphql.GraphqlErrorBuilder;
import java.util.List;

/** The failure of a document that GraphQL itself does not allow, with all errors that were found. */
final class InvalidDocument extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<? extends GraphQLError> errors;

    InvalidDocument(List<? extends GraphQLError> errors) {
        super(errors.get(0).getMessage(), null, false, false);
        this.errors = errors;
    }

    /** Returns the failure for an error that graphql-java throws. */
    static InvalidDocument of(GraphQLException thrown) {
        return new InvalidDocument(List.of(
                thrown instanceof GraphQLError error
                        ? error
                        : GraphqlErrorBuilder.newError()
                                .message("%s", thrown.getMessage())
                                .build()));
    }

    List<? extends GraphQLError> errors() {
        return errors;
    }
}
