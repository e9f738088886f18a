package dev.quire.database;

import dev.quire.database.PrimaryServer.Answer;
import dev.quire.observability.RequestMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * The state of the database. It is checked each second over a dedicated connection, and corrected by failures that requests
 * meet. Readiness reads it from memory. Each change is logged.
 */
@Singleton
@Readiness
public class DatabaseHealth implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(DatabaseHealth.class);

    private static final int BETWEEN_CHECKS_MILLISECONDS = 500;

    /** The time for which an outage that a request met counts if the checks do not find it. */
    private static final long MEMORY = TimeUnit.SECONDS.toNanos(5);

    private final Vertx vertx;
    private final DatabasePool database;
    private final SqlExecutor executor;
    private final RequestMetrics metrics;

    /** The last answer, over the connection that is asked again; null for none. */
    private Answer last;

    private long timer = -1;
    private boolean isChecking;
    private boolean isKnown;

    /** True if the last check had no answer in time. After two such checks the database counts as away. */
    private boolean isLate;

    private boolean skipped = true;

    /** The time at which the last check that got an answer began. */
    private long answered = System.nanoTime();

    /** The outage that the last check found; null if the database was writable. */
    private Outage found;

    /** The last outage that a request met, with its time in {@code metAt}. */
    private Outage met;

    private long metAt;
    private boolean isStopped;
    private boolean needsNewConnection;
    private boolean hasSpoilt;

    /** The outage that was logged last; null for none. */
    private Outage logged;

    private long loggedAt;
    private long refusedBefore;

    DatabaseHealth(Vertx vertx, DatabasePool database, SqlExecutor executor, RequestMetrics metrics) {
        this.vertx = vertx;
        this.database = database;
        this.executor = executor;
        this.metrics = metrics;
    }

    void start(@Observes StartupEvent start) {
        timer = vertx.setPeriodic(0, BETWEEN_CHECKS_MILLISECONDS, time -> checkIfDue());
    }

    synchronized void stop(@Observes ShutdownEvent stop) {
        vertx.cancelTimer(timer);
        disconnect();
        isStopped = true;
    }

    /** Starts a check. During an outage, a hanging check does not keep the next from a connection of its own. */
    private synchronized void checkIfDue() {
        if (found == null && !isLate) {
            skipped = !skipped;
            if (skipped || isChecking) {
                return;
            }
        }
        check();
    }

    private void check() {
        if (found != null || needsNewConnection) {
            disconnect();
            needsNewConnection = false;
        }
        isChecking = true;
        long begun = System.nanoTime();
        boolean isNew = last == null;
        Future<Answer> asked =
                isNew ? database.primary().find() : database.primary().ask(last);
        asked.onSuccess(this::keep).onComplete(answer -> note(answer, begun, isNew));
    }

    private synchronized void keep(Answer answer) {
        PgConnection connection = answer.connection();
        if (last != null && last.connection() == connection) {
            return;
        }
        if (last != null || isStopped) {
            connection.close();
            return;
        }
        last = answer;
        connection.closeHandler(closed -> lose(connection));
    }

    /** Forgets a closed connection. */
    private synchronized void lose(PgConnection closed) {
        if (last != null && last.connection() == closed) {
            last = null;
        }
    }

    private void disconnect() {
        if (last != null) {
            last.connection().closeHandler(null).close();
            last = null;
        }
    }

    private synchronized void note(AsyncResult<Answer> answer, long begun, boolean isNew) {
        isChecking = false;
        if (isStopped || begun - answered < 0) {
            return;
        }
        boolean wasLate = isLate;
        isLate = answer.cause() instanceof TimeoutException;
        if (isLate && !wasLate) {
            // Either this machine is slow, or the existing connections are dead.
            needsNewConnection = true;
            return;
        }
        if (answer.failed() && !isLate && !isNew) {
            // The connection was lost, which says nothing about the database. The next connection does.
            needsNewConnection = true;
            check();
            return;
        }
        isKnown = true;
        if (answer.failed()) {
            found = Outage.of(answer.cause()).orElse(Outage.AWAY);
        } else {
            answered = begun;
            boolean isReadOnly = answer.result().isReadOnly();
            found = isReadOnly ? Outage.READ_ONLY : null;
            hasSpoilt |= isReadOnly;
            // The address now leads to a healthy server; the existing connections may not.
            boolean areSpoilt = database.primary().use(answer.result()) || found == null && isNew && hasSpoilt;
            if (wasLate) {
                database.hangUpSilent();
            }
            if (areSpoilt) {
                hasSpoilt = false;
                met = null;
                database.hangUp();
            }
            if (wasLate || areSpoilt) {
                executor.reconnect();
            }
        }
        log(answer.cause());
    }

    /** Records an outage that a request has met. */
    public synchronized void met(Outage outage, Throwable failure) {
        if (outage.isOfLoad()) {
            return;
        }
        met = outage;
        metAt = System.nanoTime();
        needsNewConnection |= outage.needsNewConnection();
        hasSpoilt |= outage.spoilsConnections();
        log(failure);
    }

    private Outage lastMet() {
        return met != null && System.nanoTime() - metAt < MEMORY ? met : null;
    }

    /** Logs the start, a change and the end of an outage once, since all requests that meet it would report the same. */
    private void log(Throwable failure) {
        Outage now = found == null ? lastMet() : found;
        if (now != null && logged == null) {
            loggedAt = System.nanoTime();
            refusedBefore = metrics.refusedForDatabase();
            LOG.warnf("%s Requests are refused: %s", now.detail(), failure == null ? "by a check" : failure);
        } else if (now == null && logged != null) {
            LOG.infof(
                    "The database can be used again after %d s; %d requests were refused",
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - loggedAt),
                    metrics.refusedForDatabase() - refusedBefore);
        } else if (found != null && found != logged) {
            LOG.warnf("%s Requests are still refused", found.detail());
        }
        logged = now;
    }

    /** Returns the reason why the database does not accept writes now; empty if it does. */
    public synchronized Optional<Outage> outage() {
        if (!isKnown) {
            return Optional.of(Outage.AWAY);
        }
        Outage recent = lastMet();
        return Optional.ofNullable(found == null && recent != null && recent.stopsWrites() ? recent : found);
    }

    /** Returns true if the database does not answer, so that no request can be served. */
    public synchronized boolean isDown() {
        return found == Outage.AWAY || found == Outage.STARTING;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("Database");
        return outage().map(outage -> response.down().withData("reason", outage.detail()))
                .orElseGet(response::up)
                .build();
    }
}
