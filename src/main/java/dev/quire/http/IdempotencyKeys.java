package dev.quire.http;

import dev.quire.json.RawJson;
import dev.quire.problem.ProblemException.KeyReused;
import dev.quire.problem.ProblemException.RequestInProgress;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.vertx.ContextLocals;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The responses to requests with an idempotency key. A response is stored in the same transaction as the data, so either
 * both exist or neither does. A failed request leaves neither.
 */
@Singleton
public class IdempotencyKeys {
    private static final Logger LOG = Logger.getLogger(IdempotencyKeys.class);

    private static final String FIND = "select fingerprint, place, body from idempotency_keys"
            + " where id = $1 and created_at > now() - make_interval(secs => $2)";

    /** The statement that claims a key. It waits for another replica that is working on the same key. */
    private static final String INSERT = "insert into idempotency_keys as known (id, fingerprint)"
            + " values (:id, :fingerprint)"
            + " on conflict (id) do update set fingerprint = excluded.fingerprint, user_id = null,"
            + " place = null, body = null, created_at = excluded.created_at"
            + " where known.created_at <= now() - make_interval(secs => :life)";

    private static final String KEEP =
            "update idempotency_keys" + " set user_id = :user, place = nullif(:place, ''), body = :body where id = :id";

    /** The deletion of expired keys: by one replica at a time, and in batches small enough to delay nobody. */
    private static final String FORGET = """
            with mine as materialized (select pg_try_advisory_xact_lock(hashtext('idempotency_keys')) it)
            delete from idempotency_keys where id in (
              select id from idempotency_keys, mine where it and created_at <= now() - make_interval(secs => $1) limit 1000)
              -- Looked at again once there is no claim of it under way, which makes it young.
              and created_at <= now() - make_interval(secs => $1)
            """;

    /** The name under which the context of a request has its claim, until the claim is used. */
    private static final String CLAIM = IdempotencyRequest.class.getName();

    private final Pool pool;
    private final Duration life;

    /** The requests with a key that this replica is working on. */
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    IdempotencyKeys(Pool pool, HttpSettings settings) {
        this.pool = pool;
        this.life = settings.idempotencyLife();
    }

    /** The response to an earlier request. */
    record Stored(String place, RawJson body) {}

    /**
     * Returns the response to an earlier request with this key; null when there is none.
     *
     * @throws KeyReused as the failure, when the earlier request was different
     */
    Uni<Stored> find(IdempotencyRequest claim) {
        return pool.withConnection(
                        connection -> connection.preparedQuery(FIND).execute(Tuple.of(claim.id(), life.toSeconds())))
                .map(rows ->
                        rows.rowCount() == 0 ? null : stored(rows.iterator().next(), claim));
    }

    private static Stored stored(Row row, IdempotencyRequest claim) {
        if (!Arrays.equals(row.getBuffer(0).getBytes(), claim.fingerprint())) {
            throw new KeyReused();
        }
        return new Stored(row.getString(1), new RawJson(row.getString(2)));
    }

    /** Returns whether this is part of a request with a key. The key then belongs to the whole request. */
    public boolean isClaimed() {
        return ContextLocals.get(CLAIM).isPresent();
    }

    /**
     * Runs the work for the claim, which {@link #executeOnce} uses in the transaction of the service.
     *
     * @throws RequestInProgress when this replica is already working on the same key
     */
    <T> Uni<T> whileInProgress(IdempotencyRequest claim, Supplier<Uni<T>> work) {
        if (!underWay.add(claim.name())) {
            throw new RequestInProgress();
        }
        return Uni.createFrom()
                .deferred(() -> {
                    ContextLocals.put(CLAIM, new AtomicReference<>(claim));
                    return work.get();
                })
                .onTermination()
                .invoke(() -> underWay.remove(claim.name()));
    }

    /**
     * Runs the creation, and stores the response if the request has a key. Must be called in the creation's transaction.
     *
     * @throws RequestInProgress as the failure, when another replica has just completed the same request
     */
    public Uni<WriteResult> executeOnce(Supplier<Uni<WriteResult>> creation) {
        IdempotencyRequest claim = ContextLocals.<AtomicReference<IdempotencyRequest>>get(CLAIM)
                .map(given -> given.getAndSet(null))
                .orElse(null);
        if (claim == null) {
            return creation.get();
        }
        return claim(claim).chain(creation::get).call(made -> saveResponse(claim, made));
    }

    private Uni<?> claim(IdempotencyRequest claim) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(INSERT)
                        .setParameter("id", claim.id())
                        .setParameter("fingerprint", claim.fingerprint())
                        .setParameter("life", life.toSeconds())
                        .executeUpdate())
                .invoke(rows -> {
                    if (rows == 0) {
                        throw new RequestInProgress();
                    }
                });
    }

    private static Uni<?> saveResponse(IdempotencyRequest claim, WriteResult made) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(KEEP)
                        .setParameter("id", claim.id())
                        .setParameter("user", claim.user() == null ? made.id() : claim.user())
                        .setParameter("place", made.place() == null ? "" : made.place())
                        .setParameter("body", made.json().text())
                        .executeUpdate());
    }

    void start(@Observes StartupEvent start, Vertx vertx) {
        vertx.setPeriodic(Math.max(1000, life.toMillis() / 24), time -> forget());
    }

    private void forget() {
        pool.withConnection(connection -> connection.preparedQuery(FORGET).execute(Tuple.of(life.toSeconds())))
                .subscribe()
                .with(
                        rows -> {
                            if (rows.rowCount() == 1000) {
                                forget();
                            }
                        },
                        failure -> LOG.debugf("Old keys stay until later: %s", failure));
    }
}
