package dev.quire.graphql;

import graphql.GraphQLError;
import java.util.List;

/** The failure of a document that GraphQL itself does not allow, with all errors that were found. */
final class InvalidDocument extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<? extends GraphQLError> errors;

    InvalidDocument(List<? extends GraphQLError> errors) {
        super(errors.get(0).getMessage(), null, false, false);
        this.errors = errors;
    }

    List<? extends GraphQLError> errors() {
        return errors;
    }
}
