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
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** An executor of statements that are each a transaction of their own. */
@Singleton
public class SqlExecutor {
    /** The maximum number of pipelines, one per event loop. More would keep as many PostgreSQL processes busy. */
    private static final int PIPELINES = 4;

    private static final int BETWEEN_LOOKS_MILLISECONDS = 1000;

    /** The interval between deferrable statements, in nanoseconds: twenty times the duration of most of them. */
    private static final long BETWEEN_TURNS = TimeUnit.MILLISECONDS.toNanos(40);

    private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(5);

    private final Vertx vertx;
    private final Pool pool;
    private final DatabasePool database;

    /** The pipelined connections. The last is for deferrable statements. */
    private final AtomicReferenceArray<PipelinedConnection> pipelines = new AtomicReferenceArray<>(PIPELINES + 1);

    /** The coalescers of concurrent writes. */
    private final List<QueryCoalescer> writers;

    /** The index of the pipeline and the writer that a thread uses, so that an event loop sends and receives by itself. */
    private final ThreadLocal<Integer> place;

    /** The scheduled start of the last deferrable statement. */
    private final AtomicLong lastTurn = new AtomicLong(System.nanoTime());

    SqlExecutor(Vertx vertx, DatabasePool database, MeterRegistry registry) {
        this.vertx = vertx;
        this.pool = Pool.newInstance(database.unmeasured());
        this.database = database;
        var places = new AtomicInteger();
        place = ThreadLocal.withInitial(() -> places.getAndIncrement() % PIPELINES);
        for (int i = 0; i <= PIPELINES; i++) {
            pipelines.set(i, pipeline());
        }
        writers = Stream.generate(() -> new QueryCoalescer(
                        vertx, (sql, values) -> pool.withConnection(one -> execute(one, sql, values)), true))
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
                                // Vert.x fails a request a second time when this timeout expires; see isDead.
                                .setConnectionTimeout(0)
                                // On the event loop that asks first: by default each pool begins with the same event
                                // loop.
                                .setEventLoopSize(0))
                        .connectingTo(() -> database.primary().options().map(SqlConnectOptions.class::cast))
                        .using(vertx)
                        .build()));
    }

    /** Replaces the pipelined connections, so that later statements use new connections. */
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

    /** Returns true if no transaction is open that a statement would have to join. */
    public static boolean isFree() {
        return SessionOperations.getCurrentSession(PersistenceUnitUtil.DEFAULT_PERSISTENCE_UNIT_NAME) == null;
    }

    /** Executes a statement in its mode. Callers that are served together receive the same result. */
    public <T> Uni<T> execute(SqlStatement<T> statement) {
        return StatementTimes.measure(statement.sql(), executeInMode(statement));
    }

    private <T> Uni<T> executeInMode(SqlStatement<T> statement) {
        return switch (statement.mode()) {
            case OWN_CONNECTION ->
                pool.withConnection(connection -> RequestTimeLimit.write(execute(
                                connection, statement.sql(), statement.values().toArray())))
                        .map(statement.reading());
            case SHARED, BATCHED ->
                Uni.createFrom()
                        .deferred(() -> pipelines.get(place.get()).readers().execute(statement));
            case BATCHED_WRITE ->
                Uni.createFrom().deferred(() -> writers.get(place.get()).execute(statement));
            case BACKGROUND ->
                Uni.createFrom().deferred(() -> executeInTurn(statement)).map(statement.reading());
        };
    }

    private static Uni<RowSet<Row>> execute(SqlClient client, String sql, Object... values) {
        return client.preparedQuery(sql).execute(Tuple.wrap(values));
    }

    /** Returns the values of a batched statement for a single caller. */
    public static List<Object> alone(List<Object> values) {
        return Arrays.asList(QueryCoalescer.columns(List.of(values)));
    }

    private Uni<RowSet<Row>> executeInTurn(SqlStatement<?> statement) {
        Uni<RowSet<Row>> answer = pipelines
                .get(PIPELINES)
                .execute(statement.sql(), statement.values().toArray());
        long wait = isBusy() ? takeTurn() : 0;
        return wait == 0
                ? answer
                : Uni.createFrom()
                        .<Long>emitter(turn -> vertx.setTimer(wait, turn::complete))
                        .chain(() -> answer);
    }

    private int unanswered() {
        return IntStream.rangeClosed(0, PIPELINES)
                .map(i -> pipelines.get(i).unanswered())
                .sum();
    }

    /** Returns whether statements that share connections are running. */
    public boolean isBusy() {
        return IntStream.range(0, PIPELINES).anyMatch(i -> pipelines.get(i).isBusy());
    }

    /** Reserves the next turn of a deferrable statement. Returns the delay in milliseconds. */
    private long takeTurn() {
        long now = System.nanoTime();
        long turn = lastTurn.updateAndGet(last -> Math.min(Math.max(now, last + BETWEEN_TURNS), now + LONGEST_WAIT));
        return TimeUnit.NANOSECONDS.toMillis(turn - now);
    }
}
