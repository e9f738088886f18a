package dev.quire.database;

import io.smallrye.common.vertx.ContextLocals;
import io.smallrye.mutiny.Uni;

/**
 * The deadline of a request for its work in the database. After the deadline nothing is committed for the request, so a
 * rejected request has had no effect. The exception is a commit that PostgreSQL is already deciding on; the response then
 * says that the outcome is unknown.
 */
public final class RequestTimeLimit {
    private static final String KEY = RequestTimeLimit.class.getName();

    /** The number of open transactions, each nested in the previous one. The outermost transaction commits. */
    private int depth;

    private boolean deciding;
    private boolean over;

    private RequestTimeLimit() {}

    /** An exception for a request that has no time left and was rejected. */
    public static final class OutOfTime extends RuntimeException {
        private static final long serialVersionUID = 1;

        OutOfTime() {
            super("the request has no time left", null, false, false);
        }
    }

    /** Starts the time of the request on the current Vert.x context. */
    public static RequestTimeLimit begin() {
        var limit = new RequestTimeLimit();
        ContextLocals.put(KEY, limit);
        return limit;
    }

    /** Returns the limit of the current request; null outside of a request. */
    public static RequestTimeLimit current() {
        return ContextLocals.<RequestTimeLimit>get(KEY).orElse(null);
    }

    /** Ends the time of the request. */
    public synchronized void end() {
        over = true;
    }

    /** Returns a sentence for a problem; empty unless PostgreSQL was asked to store something and has not said if it did. */
    public synchronized String doubt() {
        return deciding ? " It is not known whether this was done." : "";
    }

    synchronized boolean isOver() {
        return over;
    }

    synchronized void enterTransaction() {
        depth++;
    }

    /**
     * Allows the innermost transaction to end.
     *
     * @throws OutOfTime if no time is left, so that the transaction is rolled back
     */
    synchronized void leaveTransaction() {
        depth--;
        if (over) {
            throw new OutOfTime();
        }
        deciding = depth == 0;
    }

    /** Records that a transaction failed and is rolled back. */
    synchronized void abandonTransaction() {
        depth--;
    }

    /**
     * Returns true if there is time left to send a statement that is a transaction of its own. From then on PostgreSQL
     * decides, until its answer arrives, see {@link #settle}.
     */
    synchronized boolean decide() {
        deciding = !over;
        return deciding;
    }

    /** Records that PostgreSQL has said whether something is stored. */
    synchronized void settle() {
        deciding = false;
    }

    /** Runs a statement that is a transaction of its own. The statement is not sent if the request has no time left. */
    static <T> Uni<T> write(Uni<T> statement) {
        RequestTimeLimit limit = current();
        if (limit == null) {
            return statement;
        }
        return Uni.createFrom()
                .deferred(() -> limit.decide() ? statement : Uni.createFrom().failure(new OutOfTime()))
                .invoke(limit::settle)
                .onFailure(failure -> ServerError.of(failure).isPresent())
                .invoke(limit::settle);
    }
}
