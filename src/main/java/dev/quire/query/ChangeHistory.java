package dev.quire.query;

import dev.quire.database.SqlExecutor;
import dev.quire.database.SqlStatement;
import dev.quire.database.SqlStatement.Mode;
import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * The history that positions belong to. A database that was restored from a dump begins a new one, because the numbers of its
 * transactions are others, and so does a standby that was promoted, because it may lack some of the last transactions.
 */
@Singleton
public class ChangeHistory {
    private static final Logger LOG = Logger.getLogger(ChangeHistory.class);

    private static final String MINE = "relation = cast('changes' as regclass)"
            + " and database = (select oid from pg_database where datname = current_database())"
            + " and system = (select system_identifier from pg_control_system())";

    /** The timeline as an SQL expression. A standby that replays knows the one that it has last saved. */
    private static final String TIMELINE = "case when pg_is_in_recovery() then"
            + " (select greatest(timeline_id, min_recovery_end_timeline) from pg_control_checkpoint(), pg_control_recovery())"
            + " else cast(cast('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8) as bit(32)) as integer) end";

    /** The table expression {@code history}: its name, and the transactions up to which changes are read. No row if unknown. */
    static final String HISTORY = "history as materialized (select expired_in, horizon,"
            + " (select changed_in from changes where changed_in < horizon order by changed_in desc limit 1) last_in,"
            + " left(encode(sha256(convert_to(concat_ws('/', system, database, relation,"
            + " " + TIMELINE + "), 'UTF8')), 'hex'), 8) name"
            + " from change_histories, pg_snapshot_xmin(pg_current_snapshot()) horizon where " + MINE + ")";

    /** The beginning of a history: all rows change, by one replica at a time. */
    private static final String BEGIN = """
            with mine as materialized (select pg_try_advisory_xact_lock(hashtext('change_histories')) it),
            renewed as (update changes set changed_in = pg_current_xact_id() from mine where it)
            insert into change_histories (system, database, relation)
              select system_identifier, d.oid, cast('changes' as regclass)
              from pg_control_system(), pg_database d, mine where it and d.datname = current_database()
            on conflict do nothing
            """;

    /** The removal of old deleted rows: by one replica at a time, and in batches small enough to delay nobody. */
    private static final String FORGET =
            "with mine as materialized (select pg_try_advisory_xact_lock(hashtext('changes')) it),"
                    + " old as materialized (select kind, id, other from changes, mine where it"
                    + " and deleted_at <= now() - make_interval(secs => $1)"
                    + " and changed_in < pg_snapshot_xmin(pg_current_snapshot()) order by deleted_at limit 1000),"
                    // Looked at again, since the row may be back.
                    + " gone as (delete from changes c using old where (c.kind, c.id, c.other) = (old.kind, old.id, old.other)"
                    + " and c.deleted_at <= now() - make_interval(secs => $1) returning c.changed_in)"
                    + " update change_histories set expired_in ="
                    + " greatest(expired_in, (select changed_in from gone order by changed_in desc limit 1))"
                    + " where exists (select from gone) and " + MINE + " returning (select count(*) from gone)";

    private static final int BATCH = 1000;

    private static final String SNAPSHOT =
            "select cast(pg_snapshot_xmin(it) as text), cast(pg_snapshot_xmax(it) as text)"
                    + " from pg_current_snapshot() it";

    private record Snapshot(long horizon, long end) {}

    private static final Function<RowSet<Row>, Snapshot> SNAPSHOTS = rows -> {
        Row row = rows.iterator().next();
        return new Snapshot(Long.parseLong(row.getString(0)), Long.parseLong(row.getString(1)));
    };

    private final Pool pool;
    private final SqlExecutor executor;
    private final AtomicBoolean beginning = new AtomicBoolean();

    /** The oldest running transaction when it was last looked at, and since when it is known; 0 for none. */
    private long oldest;

    private long knownSince;

    ChangeHistory(Pool pool, SqlExecutor executor, MeterRegistry registry) {
        this.pool = pool;
        this.executor = executor;
        Gauge.builder("changes.horizon.age", this, ChangeHistory::horizonAge)
                .baseUnit("seconds")
                .description("How long a transaction has been holding back the changes of later ones")
                .register(registry);
    }

    /** Begins a new history. Always fails, because the changes can be read only later. */
    <T> Uni<T> rebuild() {
        if (beginning.compareAndSet(false, true)) {
            pool.withTransaction(connection -> connection
                            .query("set local statement_timeout = 0")
                            .execute()
                            .chain(() -> connection.query(BEGIN).execute()))
                    .onTermination()
                    .invoke(() -> beginning.set(false))
                    .subscribe()
                    .with(
                            rows -> {
                                if (rows.rowCount() > 0) {
                                    LOG.info("The database is another one than before: all its rows count as changed");
                                }
                            },
                            failure -> LOG.warnf("The changes of this database can't be read yet: %s", failure));
        }
        return Uni.createFrom()
                .failure(() -> new ServiceUnavailable(
                        Reason.DATABASE, "The changes of a restored database are being prepared."));
    }

    /** Removes the deleted rows that were deleted so long ago. */
    public Uni<Void> forget(Duration life) {
        return pool.withConnection(
                        connection -> connection.preparedQuery(FORGET).execute(Tuple.of((double) life.toSeconds())))
                .chain(rows -> rows.rowCount() == 1 && rows.iterator().next().getLong(0) == BATCH
                        ? forget(life)
                        : Uni.createFrom().voidItem());
    }

    /** Returns the age when it was last asked for, and looks again, so that nothing is looked at unless somebody asks. */
    private synchronized double horizonAge() {
        executor.execute(new SqlStatement<>(SNAPSHOT, List.of(), SNAPSHOTS, Mode.SHARED))
                .subscribe()
                .with(this::note, failure -> LOG.debugf("The age of the horizon stays unknown: %s", failure));
        return oldest == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - knownSince) / 1000.0;
    }

    private synchronized void note(Snapshot now) {
        long running = now.horizon() < now.end() ? now.horizon() : 0;
        if (running != oldest) {
            oldest = running;
            knownSince = System.nanoTime();
        }
    }
}
