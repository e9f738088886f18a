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
 * The state of the database. It is checked each second over a dedicated connection, and corrected by failures that requests
 * meet. Readiness reads it from memory. Each change is logged.
 */
@Singleton
@Readiness
public class DatabaseHealth implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(DatabaseHealth.class);

    /** The query that returns "on" if the database is read-only, also on a standby. */
    private static final String CHECK = "show transaction_read_only";

    private static final int BETWEEN_CHECKS_MILLISECONDS = 500;

    /** The timeout of a check and of its connection if that is new. After two late checks the database counts as away. */
    private static final int TIMEOUT_SECONDS = 2;

    /** The timeout of a hanging connection, later than that of the check that waits for it. */
    private static final int HANGING_SECONDS = 2 * TIMEOUT_SECONDS;

    /** The time for which an outage that a request met counts if the checks do not find it. */
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
        // A network that drops every packet closes no connection, not even during the login.
        options.setReadIdleTimeout(HANGING_SECONDS);
        return PgConnection.connect(vertx, options)
                // Vert.x would print a failure that ends the connection; the next check reports the failure instead.
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

    /** Forgets a closed connection. */
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
            // Either this machine is slow, or the existing connections are dead.
            needsNewConnection = true;
            return;
        }
        if (readOnly.failed() && !isLate && !isNew) {
            // The connection was lost, which says nothing about the database. The next connection does.
            needsNewConnection = true;
            check();
            return;
        }
        isKnown = true;
        if (readOnly.failed()) {
            found = Outage.of(readOnly.cause()).orElse(Outage.AWAY);
        } else {
            answered = begun;
            found = readOnly.result() ? Outage.READ_ONLY : null;
            hasSpoilt |= readOnly.result();
            // The address now leads to a healthy server; the existing connections may not.
            boolean areSpoilt = found == null && isNew && hasSpoilt;
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
        log(readOnly.cause());
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
