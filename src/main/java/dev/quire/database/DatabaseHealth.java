package dev.quire.database;

import dev.quire.observability.RequestMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
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
 * The state of the database: checked each second over a connection that does nothing else, corrected by failures that
 * requests meet, told to readiness from memory, and logged when it changes.
 */
@Singleton
@Readiness
public class DatabaseHealth implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(DatabaseHealth.class);

    /** Says "on" of a standby as well. */
    private static final String CHECK = "show transaction_read_only";

    private static final int BETWEEN_CHECKS_MILLISECONDS = 500;

    /** Time for a check, with its connection if that is new; the second one that is late says that nobody answers. */
    private static final int TIMEOUT_SECONDS = 2;

    /** Ends a connection that hangs, after the check that waits for it. */
    private static final int HANGING_SECONDS = 2 * TIMEOUT_SECONDS;

    /** How long a failure that a request met counts, when the check itself does not find it. */
    private static final long MEMORY = TimeUnit.SECONDS.toNanos(5);

    private final Vertx vertx;
    private final DatabasePool database;
    private final SqlExecutor executor;
    private final RequestMetrics metrics;

    private PgConnection connection;
    private long timer = -1;
    private boolean isChecking;
    private boolean isKnown;
    private boolean isLate;
    private boolean skipped = true;

    /** When the last check began that found an answer. */
    private long answered = System.nanoTime();

    /** By the last check; null if the database could be written then. */
    private Outage found;

    /** By a request, and when. */
    private Outage met;

    private long metAt;
    private boolean isStopped;
    private boolean needsNewConnection;
    private boolean hasSpoilt;

    /** The last state in the log; null for nothing wrong. */
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
        timer = vertx.setPeriodic(0, BETWEEN_CHECKS_MILLISECONDS, time -> check());
    }

    synchronized void stop(@Observes ShutdownEvent stop) {
        vertx.cancelTimer(timer);
        disconnect();
        isStopped = true;
    }

    /** While the database is looked for, one that hangs does not keep the next check from a connection of its own. */
    private synchronized void check() {
        if (found == null && !isLate) {
            skipped = !skipped;
            if (skipped || isChecking) {
                return;
            }
        }
        if (found != null || needsNewConnection) {
            disconnect();
            needsNewConnection = false;
        }
        isChecking = true;
        long begun = System.nanoTime();
        boolean isNew = connection == null;
        Future<PgConnection> connecting = isNew ? connect() : Future.succeededFuture(connection);
        connecting
                .compose(made -> made.query(CHECK).execute().onSuccess(rows -> keep(made)))
                .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .onFailure(late -> connecting.onSuccess(PgConnection::close))
                .map(rows -> rows.iterator().next().getString(0).equals("on"))
                .onComplete(readOnly -> note(readOnly, begun, isNew));
    }

    private Future<PgConnection> connect() {
        var options = new PgConnectOptions(database.connectOptions());
        options.setConnectTimeout(HANGING_SECONDS * 1000);
        // Not even one that hangs before it is made is closed by a network that swallows everything.
        options.setReadIdleTimeout(HANGING_SECONDS);
        return PgConnection.connect(vertx, options)
                // What ends a connection is told by the next check; Vert.x would print it.
                .onSuccess(made -> made.exceptionHandler(failure -> {}));
    }

    private synchronized void keep(PgConnection made) {
        if (connection == made) {
            return;
        }
        if (connection != null || isStopped) {
            made.close();
            return;
        }
        connection = made;
        made.closeHandler(closed -> lose(made));
    }

    /** A connection that is closed says nothing of the database: the next one does. */
    private synchronized void lose(PgConnection closed) {
        if (connection == closed) {
            connection = null;
        }
    }

    private void disconnect() {
        if (connection != null) {
            connection.closeHandler(null).close();
            connection = null;
        }
    }

    private synchronized void note(AsyncResult<Boolean> readOnly, long begun, boolean isNew) {
        isChecking = false;
        if (isStopped || begun - answered < 0) {
            return;
        }
        boolean wasLate = isLate;
        isLate = readOnly.cause() instanceof TimeoutException;
        if (isLate && !wasLate) {
            // It may be this machine that is slow, or what connections there are that are dead.
            needsNewConnection = true;
            return;
        }
        isKnown = true;
        if (readOnly.failed()) {
            found = Outage.of(readOnly.cause()).orElse(Outage.AWAY);
        } else {
            answered = begun;
            found = readOnly.result() ? Outage.READ_ONLY : null;
            hasSpoilt |= readOnly.result();
            if (found == null && isNew && hasSpoilt) {
                // The address leads to a server that is well; those connections may not.
                hasSpoilt = false;
                met = null;
                database.hangUp();
                executor.reconnect();
            } else if (wasLate) {
                database.hangUpSilent();
                executor.reconnect();
            }
        }
        log(readOnly.cause());
    }

    /** Notes a failure that a request has met. */
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

    /** One line when it begins, one when it is over: as many requests as meet it say the same. */
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

    /** Tells why the database can't be used for writes now; empty if it can. */
    public synchronized Optional<Outage> outage() {
        if (!isKnown) {
            return Optional.of(Outage.AWAY);
        }
        Outage recent = lastMet();
        return Optional.ofNullable(found == null && recent != null && recent.stopsWrites() ? recent : found);
    }

    /** Tells whether nobody answers there, so that no request could be served. */
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
