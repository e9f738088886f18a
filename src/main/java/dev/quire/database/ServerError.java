package dev.quire.database;

import io.vertx.pgclient.PgException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.stream.Stream;

/** An error that PostgreSQL itself reports: an SQLSTATE and a message. */
public record ServerError(String state, String message) {
    /** Finds the error among the causes of a failure. Hibernate converts exceptions of the client to SQLException. */
    public static Optional<ServerError> of(Throwable failure) {
        return causes(failure)
                .map(e -> {
                    String state = e instanceof SQLException hibernate
                            ? hibernate.getSQLState()
                            : e instanceof PgException client ? client.getSqlState() : null;
                    return new ServerError(state, e.getMessage());
                })
                .filter(error -> error.state() != null)
                .findFirst();
    }

    static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, e -> e != null, Throwable::getCause);
    }
}
