package dev.quire.security;

import dev.quire.database.DatabaseHealth;
import dev.quire.database.DatabasePool;
import dev.quire.database.MigrationsReadiness;
import dev.quire.database.Outage;
import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.MutinyHelper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * The revocations of tokens, in memory, so that verifying a token costs no statement. PostgreSQL notifies every replica
 * immediately, over a connection that only listens. While there is no such connection, every token is looked up.
 */
@Singleton
@Readiness
public class Revocations implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(Revocations.class);
    private static final String LISTEN = "listen revocations";
    private static final String ALIVE = "select 'listening'";
    private static final String LOAD =
            "select concat_ws(' ', user_id, deleted, floor(extract(epoch from at))) from revocations";

    private static final String REVOKE = "select revoke_tokens_of(:user)";

    /** The precision of the time at which a token was issued. */
    private static final Duration TICK = Duration.ofSeconds(1);

    /** The time for which revocations are kept in memory, longer than the lifetime of any token. */
    private static final Duration RETENTION = Duration.ofHours(1);

    /** The timeout of looking up the token of a request. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration LEARNING = Duration.ofSeconds(2);
    private static final int FAREWELL_SECONDS = 1;
    private static final int RETRY_MILLISECONDS = 500;
    private static final int BETWEEN_LOOKS_SECONDS = 5;

    private final Vertx vertx;
    private final Pool pool;
    private final DatabasePool database;
    private final DatabaseHealth health;

    /** The time up to which issued tokens are revoked, in seconds since the epoch, by user. */
    private final Map<Long, Long> deleted = new ConcurrentHashMap<>();

    private final Map<Long, Long> demoted = new ConcurrentHashMap<>();
    private volatile boolean listening;

    /** The latest connection, which may be lost. */
    private volatile PgConnection connection;

    Revocations(Vertx vertx, Pool pool, DatabasePool database, @Readiness DatabaseHealth health) {
        this.vertx = vertx;
        this.pool = pool;
        this.database = database;
        this.health = health;
    }

    /** Starts listening, after all observers that may abort startup. */
    void start(
            @Observes @Priority(Interceptor.Priority.PLATFORM_AFTER) StartupEvent start,
            @Readiness MigrationsReadiness schema) {
        schema.whenCurrent()
                .chain(this::load)
                .onFailure()
                .recoverWithNull()
                .subscribe()
                .with(loaded -> listen());
    }

    /**
     * Closes the connection before Vert.x stops. Vert.x would close it as if it were lost, and log an error of the network
     * that it has stopped first.
     */
    void stop(@Observes ShutdownEvent stop) {
        listening = false;
        if (connection != null) {
            connection
                    .closeHandler(null)
                    .close()
                    .timeout(FAREWELL_SECONDS, TimeUnit.SECONDS)
                    .otherwiseEmpty()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        }
    }

    /** Revokes all access tokens of a user in the current transaction. After the commit, {@link #outlive} is due. */
    public Uni<?> revoke(long user) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(REVOKE, Integer.class)
                        .setParameter("user", user)
                        .getSingleResult());
    }

    /**
     * Does the same as {@link #learn}, and completes a second later, so that a token that is issued from then on is not among
     * the revoked ones.
     */
    public Uni<Void> outlive() {
        return learn().onItem().delayIt().by(TICK).emitOn(MutinyHelper.executor(Vertx.currentContext()));
    }

    /**
     * Reads the revocations that this replica has just committed. It never fails, because the change is already committed:
     * while the revocations cannot be read, tokens are looked up.
     */
    public Uni<Void> learn() {
        return load().ifNoItem()
                .after(LEARNING)
                .fail()
                .onFailure()
                .invoke(this::listenAnew)
                .onFailure()
                .recoverWithNull();
    }

    private void listenAnew() {
        lookUp();
        PgConnection old = connection;
        if (old != null) {
            old.close();
        }
    }

    /** Reads all revocations again. */
    private Uni<Void> load() {
        return pool.withConnection(connection -> connection.query(LOAD).execute())
                .invoke(rows -> rows.forEach(row -> note(row.getString(0))))
                .replaceWithVoid();
    }

    /**
     * Completes once the in-memory revocations are up to date.
     *
     * @throws ServiceUnavailable as the failure, when they cannot be read
     */
    Uni<Void> ensureKnown() {
        if (listening) {
            return Uni.createFrom().voidItem();
        }
        if (health.isDown()) {
            return Uni.createFrom().failure(busy(health.outage().orElse(Outage.AWAY)));
        }
        return load().ifNoItem()
                .after(ANSWER_TIMEOUT)
                .fail()
                .onFailure()
                .transform(failure -> busy(Outage.of(failure).orElse(Outage.AWAY)));
    }

    private static ServiceUnavailable busy(Outage outage) {
        return new ServiceUnavailable(Reason.DATABASE, outage.detail());
    }

    /** Returns whether this user was deleted after a token was issued at this second since the epoch. */
    boolean isDeleted(long user, long issuedAt) {
        return issuedAt <= deleted.getOrDefault(user, -1L);
    }

    /** Returns whether this user lost the role admin after a token was issued at this second since the epoch. */
    boolean isDemoted(long user, long issuedAt) {
        return issuedAt <= demoted.getOrDefault(user, -1L);
    }

    private void listen() {
        var lost = new AtomicBoolean();
        Future<PgConnectOptions> server = database.primary().options();
        Future<PgConnection> connecting = server.compose(options -> PgConnection.connect(vertx, options));
        connecting
                // The connect timeout does not cover a peer that accepts the connection but never answers.
                .timeout(BETWEEN_LOOKS_SECONDS, TimeUnit.SECONDS)
                .onFailure(late -> connecting.onSuccess(PgConnection::close))
                .onFailure(refused -> retry(lost))
                .onSuccess(made -> {
                    connection = made;
                    // The connection is closed as well then. Without a handler, Vert.x would print the failure.
                    made.exceptionHandler(failure -> {});
                    made.closeHandler(closed -> retry(lost));
                    made.notificationHandler(notification -> note(notification.getPayload()));
                    made.query(LISTEN)
                            .execute()
                            .compose(listens -> made.query(LOAD).execute())
                            .timeout(BETWEEN_LOOKS_SECONDS, TimeUnit.SECONDS)
                            .onFailure(failure -> hangUp(made, lost))
                            .onSuccess(rows -> {
                                rows.forEach(row -> note(row.getString(0)));
                                listening = true;
                                watch(made, server.result(), lost);
                            });
                });
    }

    /** Checks the connection periodically, because a network that drops all packets closes no connection. */
    private void watch(PgConnection connection, PgConnectOptions server, AtomicBoolean lost) {
        vertx.setTimer(BETWEEN_LOOKS_SECONDS * 1000L, later -> {
            forget();
            if (!database.primary().isCurrent(server)) {
                hangUp(connection, lost);
                return;
            }
            connection
                    .query(ALIVE)
                    .execute()
                    .timeout(BETWEEN_LOOKS_SECONDS, TimeUnit.SECONDS)
                    .onFailure(failure -> hangUp(connection, lost))
                    .onSuccess(alive -> watch(connection, server, lost));
        });
    }

    private void hangUp(PgConnection connection, AtomicBoolean lost) {
        retry(lost);
        connection.close();
    }

    private void retry(AtomicBoolean lost) {
        if (lost.compareAndSet(false, true)) {
            lookUp();
            vertx.setTimer(RETRY_MILLISECONDS, later -> listen());
        }
    }

    private void lookUp() {
        if (listening) {
            LOG.warn(
                    "The connection that listens for revocations was lost; until it is restored, tokens are looked up in the database");
        }
        listening = false;
    }

    private void note(String revocation) {
        String[] parts = revocation.split(" ");
        Map<Long, Long> known = parts[1].startsWith("t") ? deleted : demoted;
        known.merge(Long.parseLong(parts[0]), Long.parseLong(parts[2]), Math::max);
    }

    private void forget() {
        long old = Instant.now().minus(RETENTION).getEpochSecond();
        deleted.values().removeIf(at -> at < old);
        demoted.values().removeIf(at -> at < old);
    }

    /** Reports DOWN in readiness while verifying a token costs a statement. */
    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("Revocations").status(listening).build();
    }
}
