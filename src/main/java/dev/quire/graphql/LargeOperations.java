package dev.quire.graphql;

import dev.quire.database.SqlExecutor;
import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;

/**
 * The admission of large operations, so that small ones keep their share of the database: one at a time, and while the database
 * is busy with others, one in eight parts of the time.
 */
@Singleton
class LargeOperations {
    private static final int PAUSE = 7;
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(2);

    private final SqlExecutor executor;
    private final Vertx vertx;
    private boolean isTaken;
    private long end = System.nanoTime();

    /** The time in nanoseconds that the last operation took. */
    private long took;

    LargeOperations(SqlExecutor executor, Vertx vertx) {
        this.executor = executor;
        this.vertx = vertx;
    }

    /**
     * Runs an operation in its turn.
     *
     * @throws ServiceUnavailable as the failure, if another one runs or waits for its turn
     */
    <T> Uni<T> admit(Uni<T> operation) {
        return Uni.createFrom().deferred(() -> {
            long pause;
            synchronized (this) {
                if (isTaken) {
                    return Uni.createFrom()
                            .failure(new ServiceUnavailable(Reason.FULL, "Too many large queries are running."));
                }
                isTaken = true;
                pause = end + Math.min(PAUSE * took, LONGEST_PAUSE) - System.nanoTime();
            }
            Uni<T> inTurn = Uni.createFrom().deferred(() -> {
                long begun = System.nanoTime();
                return operation.onTermination().invoke(() -> note(begun));
            });
            long milliseconds = TimeUnit.NANOSECONDS.toMillis(pause);
            return (milliseconds <= 0 || !executor.isBusy()
                            ? inTurn
                            : after(milliseconds).chain(() -> inTurn))
                    .onTermination()
                    .invoke(this::release);
        });
    }

    private Uni<Void> after(long milliseconds) {
        return Uni.createFrom().emitter(turn -> vertx.setTimer(milliseconds, time -> turn.complete(null)));
    }

    private synchronized void note(long begun) {
        end = System.nanoTime();
        took = end - begun;
    }

    private synchronized void release() {
        isTaken = false;
    }
}
