package dev.quire.database;

import io.smallrye.common.vertx.ContextLocals;
import io.smallrye.mutiny.Uni;

/**
 * The time that a request has for its work in the database. Once it is over nothing is committed for the request any more, so
 * that one which is refused for it has not been done; unless the decision is with PostgreSQL already, which is said then.
 */
public final class RequestTimeLimit {
    private static final String KEY = RequestTimeLimit.class.getName();

    /** How many transactions are open, one within the other: the outermost one commits. */
    private int depth;

    private boolean deciding;
    private boolean over;

    private RequestTimeLimit() {}

    /** The request has no time left, and was refused. */
    public static final class OutOfTime extends RuntimeException {
        private static final long serialVersionUID = 1;

        OutOfTime() {
            super("the request has no time left", null, false, false);
        }
    }

    /** Begins the time of the request on the current Vert.x context. */
    public static RequestTimeLimit begin() {
        var limit = new RequestTimeLimit();
        ContextLocals.put(KEY, limit);
        return limit;
    }

    /** Returns that of the current request, null outside of one. */
    public static RequestTimeLimit current() {
        return ContextLocals.<RequestTimeLimit>get(KEY).orElse(null);
    }

    /** Ends the time. */
    public synchronized void end() {
        over = true;
    }

    /** A sentence for a problem: empty, unless PostgreSQL was asked to store something and has not said whether it did. */
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
     * Allows the end of the innermost transaction.
     *
     * @throws OutOfTime when there is no time left, so that it is rolled back
     */
    synchronized void leaveTransaction() {
        depth--;
        if (over) {
            throw new OutOfTime();
        }
        deciding = depth == 0;
    }

    /** Takes note of a transaction that failed, and is rolled back. */
    synchronized void abandonTransaction() {
        depth--;
    }

    /**
     * Tells whether there is time left to send a statement that is a transaction of its own. From then on it is PostgreSQL
     * that decides, until the answer is there, see {@link #settle}.
     */
    synchronized boolean decide() {
        deciding = !over;
        return deciding;
    }

    /** Takes note that PostgreSQL has said whether something is stored. */
    synchronized void settle() {
        deciding = false;
    }

    /** Runs a statement that is a transaction of its own; it is not sent when the request has no time left. */
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
