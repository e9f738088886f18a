package dev.quire.problem;

import dev.quire.database.ServerError;
import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.Conflict;
import dev.quire.problem.ProblemException.InUse;
import dev.quire.problem.ProblemException.InvalidToken;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import dev.quire.problem.ProblemException.Unauthenticated;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.Violation.Code;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The meaning of PostgreSQL errors to a client, by constraint and SQLSTATE. */
public final class SqlErrorMapper {
    private static final Map<String, ProblemException> VIOLATIONS = Map.of(
            "users_email_key", new Conflict("/email", "This email is taken."),
            "sessions_user_id_fkey", new Unauthenticated("The email or the password is wrong."),
            "users_address_id_key", new Conflict("", "This user already has an address."),
            "users_created_by_id_fkey", new InvalidToken("The user of this token was deleted."),
            "idempotency_keys_user_id_fkey", new InvalidToken("The user of this token was deleted."),
            "categories_name_key", new Conflict("/name", "This name is taken."),
            "posts_author_id_fkey", new InUse("The user has posts.", List.of(), List.of("cascade", "reassign:{id}")),
            "post_categories_category_id_fkey",
                    new UnprocessableEntity("", Code.NOT_FOUND, "contains a category that has just been deleted"));

    private static final String DATA_EXCEPTION = "22";
    private static final String INTEGRITY_CONSTRAINT_VIOLATION = "23";
    private static final String FOREIGN_KEY_VIOLATION = "23503";

    /** The SQLSTATEs of temporary errors: serialization failure, deadlock, lock not available. */
    private static final Set<String> PASSING = Set.of("40001", "40P01", "55P03");

    /** The SQLSTATE of a statement timeout. */
    private static final String QUERY_CANCELED = "57014";

    private SqlErrorMapper() {}

    /** Returns the problem behind a failure, if the client can do something about it. */
    public static Optional<ProblemException> meaning(Throwable failure) {
        return ServerError.of(failure).flatMap(e -> {
            if (PASSING.contains(e.state())) {
                return Optional.of(beingChanged());
            }
            if (e.state().equals(QUERY_CANCELED)) {
                return Optional.of(new ServiceUnavailable(Reason.DEADLINE, "The request timed out."));
            }
            if (e.state().startsWith(DATA_EXCEPTION)) {
                // Everything else has been validated. The content of a forged cursor is up to its author.
                return Optional.of(BadRequest.parameter("cursor", Code.INVALID, "is not a cursor of this list"));
            }
            if (!e.state().startsWith(INTEGRITY_CONSTRAINT_VIOLATION)) {
                return Optional.empty();
            }
            return violated(e.message())
                    .or(() -> e.state().equals(FOREIGN_KEY_VIOLATION) ? Optional.of(beingChanged()) : Optional.empty());
        });
    }

    private static ProblemException beingChanged() {
        return new ServiceUnavailable(Reason.CONFLICT, "The data is being changed by another request.");
    }

    /**
     * Returns the same failure for a value at this place in the body, so that a conflict points to the value that was sent.
     */
    public static Throwable at(String pointer, Throwable failure) {
        return meaning(failure).orElse(null) instanceof Conflict taken ? taken.at(pointer) : failure;
    }

    /**
     * Returns the problem of a violated constraint. Hibernate Reactive keeps the text and the SQLSTATE of a PostgreSQL
     * error, but not the field with the constraint. In any language, the text contains the unchanged name of the constraint,
     * and no values.
     */
    private static Optional<ProblemException> violated(String message) {
        return VIOLATIONS.entrySet().stream()
                .filter(violation -> message.contains(violation.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
