package dev.quire.database;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.hibernate.orm.runtime.PersistenceUnitUtil;
import io.quarkus.hibernate.reactive.panache.common.runtime.SessionOperations;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgBuilder;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Statements that are each a transaction of their own. */
@Singleton
public class SqlExecutor {
    /** One for each event loop, up to as many. More would keep as many processes of PostgreSQL busy as there are. */
    private static final int PIPELINES = 4;

    private static final int BETWEEN_LOOKS_MILLISECONDS = 1000;

    /** Twenty times as long as most statements take that can wait. */
    private static final long BETWEEN_TURNS = TimeUnit.MILLISECONDS.toNanos(40);

    private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(5);

    private final Vertx vertx;
    private final Pool pool;
    private final DatabasePool database;

    /** The last one is that of statements which can wait. */
    private final AtomicReferenceArray<PipelinedConnection> pipelines = new AtomicReferenceArray<>(PIPELINES + 1);

    /** Where those who write the same come together. */
    private final List<QueryCoalescer> writers;

    /** Which of each a thread uses, so that an event loop sends and receives by itself. */
    private final ThreadLocal<Integer> place;

    /** When the last of the statements that can wait was to begin. */
    private final AtomicLong lastTurn = new AtomicLong(System.nanoTime());

    SqlExecutor(Vertx vertx, Pool pool, DatabasePool database, MeterRegistry registry) {
        this.vertx = vertx;
        this.pool = pool;
        this.database = database;
        var places = new AtomicInteger();
        place = ThreadLocal.withInitial(() -> places.getAndIncrement() % PIPELINES);
        for (int i = 0; i <= PIPELINES; i++) {
            pipelines.set(i, pipeline());
        }
        writers = Stream.generate(() -> new QueryCoalescer(vertx, this::executeUnlimited, true))
                .limit(PIPELINES)
                .toList();
        Gauge.builder("pipeline.statements", this, SqlExecutor::unanswered)
                .description("Statements under way on the connections that statements share")
                .register(registry);
        vertx.setPeriodic(BETWEEN_LOOKS_MILLISECONDS, time -> replaceTheDead());
    }

    private PipelinedConnection pipeline() {
        return new PipelinedConnection(
                vertx,
                SqlClient.newInstance(PgBuilder.client()
                        .with(database.poolOptions()
                                .setName(DatabasePool.PIPELINE)
                                .setMaxSize(1)
                                // Vert.x fails a request a second time when its time is over; see isDead.
                                .setConnectionTimeout(0)
                                // On the event loop that asks first: by itself each pool begins with the same one.
                                .setEventLoopSize(0))
                        .connectingTo(database.connectOptions())
                        .using(vertx)
                        .build()));
    }

    /** Takes new connections for the statements that come from now on. */
    void reconnect() {
        for (int i = 0; i <= PIPELINES; i++) {
            pipelines.getAndSet(i, pipeline()).close();
        }
    }

    private void replaceTheDead() {
        for (int i = 0; i <= PIPELINES; i++) {
            if (pipelines.get(i).isDead()) {
                pipelines.getAndSet(i, pipeline()).close();
            }
        }
    }

    /** Whether there is no transaction that a statement would have to be a part of. */
    public static boolean isFree() {
        return SessionOperations.getCurrentSession(PersistenceUnitUtil.DEFAULT_PERSISTENCE_UNIT_NAME) == null;
    }

    /** Runs a statement on a connection of its own, so that it may take long, and wait for a lock. */
    public Uni<RowSet<Row>> execute(String sql, Object... values) {
        return pool.withConnection(connection ->
                RequestTimeLimit.write(connection.preparedQuery(sql).execute(Tuple.wrap(values))));
    }

    /** The same whatever time is left to whom: they are several. */
    private Uni<RowSet<Row>> executeUnlimited(String sql, Object... values) {
        return pool.withConnection(connection -> connection.preparedQuery(sql).execute(Tuple.wrap(values)));
    }

    /**
     * The same for one that waits for no lock, once for all who ask for it at the same time. The answer is that to all of them.
     *
     * @param reading what is made of the rows, see {@code QueryCoalescer}
     * @param row numbers and texts; the values of the statement are an array of the first ones of all who ask, and so on
     */
    public <T> Uni<T> executeTogether(Function<RowSet<Row>, T> reading, String sql, Object... row) {
        return Uni.createFrom().deferred(() -> writers.get(place.get()).batch(reading, sql, row));
    }

    /**
     * The same for one that is certainly quick and locks nothing, since others wait for its answer; once for all who ask for
     * it at the same time.
     */
    public <T> Uni<T> executeQuick(Function<RowSet<Row>, T> reading, String sql, Object... values) {
        return Uni.createFrom()
                .deferred(() -> pipelines.get(place.get()).readers().share(reading, sql, values));
    }

    /** Both in one: quick, and with the values of all who ask. */
    public <T> Uni<T> executeQuickTogether(Function<RowSet<Row>, T> reading, String sql, Object... row) {
        return Uni.createFrom()
                .deferred(() -> pipelines.get(place.get()).readers().batch(reading, sql, row));
    }

    /** The values of such a statement for one who asks alone. */
    public static Object[] alone(Object... row) {
        return QueryCoalescer.columns(List.<Object[]>of(row));
    }

    /**
     * The same for one of many that can wait: they are run one after the other and, while others ask for something, not all
     * the time.
     */
    public Uni<RowSet<Row>> executeInTurn(String sql, Object... values) {
        return Uni.createFrom().deferred(() -> {
            Uni<RowSet<Row>> answer = pipelines.get(PIPELINES).execute(sql, values);
            long wait = isBusy() ? takeTurn() : 0;
            return wait == 0
                    ? answer
                    : Uni.createFrom()
                            .<Long>emitter(turn -> vertx.setTimer(wait, turn::complete))
                            .chain(() -> answer);
        });
    }

    private int unanswered() {
        return IntStream.rangeClosed(0, PIPELINES)
                .map(i -> pipelines.get(i).unanswered())
                .sum();
    }

    private boolean isBusy() {
        return IntStream.range(0, PIPELINES).anyMatch(i -> pipelines.get(i).isBusy());
    }

    /** In how many milliseconds the next of the statements that can wait may begin. */
    private long takeTurn() {
        long now = System.nanoTime();
        long turn = lastTurn.updateAndGet(last -> Math.min(Math.max(now, last + BETWEEN_TURNS), now + LONGEST_WAIT));
        return TimeUnit.NANOSECONDS.toMillis(turn - now);
    }
}
