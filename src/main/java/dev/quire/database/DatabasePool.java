package dev.quire.database;

import io.micrometer.core.instrument.config.MeterFilter;
import io.netty.channel.ChannelHandlerContext;
import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.spi.PgDriver;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.impl.SqlConnectionInternal;
import io.vertx.sqlclient.spi.ConnectionFactory;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The connections to PostgreSQL, with an end to every wait for one, and with what they have prepared. */
@Singleton
public class DatabasePool implements PgPoolCreator {
    /** In a statement whose best plan depends on its values: it is planned for them each time. */
    public static final String PLANNED_ANEW = "/* planned anew */";

    /** The name of each pool that is a pipeline. */
    static final String PIPELINE = "pipeline";

    private static final int CONNECT_SECONDS = 5;

    /** How long a request may wait for a connection of its own. */
    private static final int ACQUIRE_SECONDS = 5;

    /** How many requests may wait for that; more than can be served within the time above would only grow old. */
    private static final int MAX_WAITING = 1000;

    /**
     * Limits what PostgreSQL waits for, where the role has no limits of its own (see docker/roles.sql): a lock for less than
     * a request waits, and a statement too. By a statement, since a pooler refuses them as parameters of the connection.
     */
    private static final String LIMITS = """
            select set_config(name, value, false)
            from (values ('lock_timeout', '4s'), ('statement_timeout', '8s'), ('idle_in_transaction_session_timeout', '10s'))
              limits (name, value)
            where current_setting(name) = '0'
            """;

    /** Those of the pool, and some that were closed since. */
    private final Set<SqlConnection> connections = ConcurrentHashMap.newKeySet();

    private volatile PgConnectOptions connectOptions;
    private volatile PoolOptions poolOptions;

    /** How the pool connects, for a connection outside of it; known when there is a pool. */
    public PgConnectOptions connectOptions() {
        return connectOptions;
    }

    /** How the pool is configured, for another one. */
    PoolOptions poolOptions() {
        return new PoolOptions(poolOptions);
    }

    /**
     * Vert.x never takes whoever gave up waiting, as all do while the database is away, out of the length of its queue;
     * and of the pools in {@link SqlExecutor}, which have one name, it shows one.
     */
    @Produces
    @Singleton
    static MeterFilter withoutWhatIsWrong() {
        return MeterFilter.deny(meter -> meter.getName().equals("sql.pool.queue.size")
                || meter.getName().startsWith("sql.pool.") && PIPELINE.equals(meter.getTag("pool_name")));
    }

    /** Closes every connection of the pool, each after the statement that it is at, so that the next ones are new. */
    void hangUp() {
        connections.forEach(SqlConnection::close);
        connections.clear();
    }

    /** Closes those on which nothing is done, or nothing was answered for long, so that what goes on is not disturbed. */
    void hangUpSilent() {
        connections.forEach(connection -> SilentConnectionCloser.suspect(socket(connection)));
    }

    @Override
    @SuppressWarnings("deprecation") // There is no other way to know of the connections.
    public Pool create(Input input) {
        input.pgConnectOptionsList()
                .forEach(options -> options.setConnectTimeout(CONNECT_SECONDS * 1000)
                        .setCachePreparedStatements(true)
                        .setPreparedStatementCacheSqlFilter(sql -> !sql.contains(PLANNED_ANEW))
                        // PgBouncer refuses it, and PostgreSQL gives every digit without.
                        .getProperties()
                        .remove("extra_float_digits"));
        connectOptions = input.pgConnectOptionsList().get(0);
        poolOptions = new PoolOptions(input.poolOptions());
        var pool = PgBuilder.pool()
                .with(input.poolOptions()
                        .setConnectionTimeout(ACQUIRE_SECONDS)
                        .setConnectionTimeoutUnit(TimeUnit.SECONDS)
                        .setMaxWaitQueueSize(MAX_WAITING)
                        .setName("pool"))
                .connectingTo(List.<SqlConnectOptions>copyOf(input.pgConnectOptionsList()))
                .using(input.vertx())
                .build();
        ConnectionFactory factory = PgDriver.INSTANCE.createConnectionFactory(input.vertx(), connectOptions);
        return pool.connectionProvider(context -> connect(factory, context));
    }

    /** The time to connect does not hold for the log-in that follows. */
    private Future<SqlConnection> connect(ConnectionFactory factory, Context context) {
        Future<SqlConnection> connecting = factory.connect(context);
        return connecting
                .timeout(CONNECT_SECONDS, TimeUnit.SECONDS)
                .onFailure(late -> connecting.onSuccess(SqlConnection::close))
                .compose(made -> {
                    connections.removeIf(
                            known -> !((SqlConnectionInternal) known).unwrap().isValid());
                    connections.add(made);
                    socket(made)
                            .pipeline()
                            .addBefore("codec", null, new SilentConnectionCloser())
                            .addAfter("codec", null, new FailedConnectionCloser());
                    return made.query(LIMITS).execute().map(made);
                });
    }

    private static ChannelHandlerContext socket(SqlConnection connection) {
        var base = (SocketConnectionBase) ((SqlConnectionInternal) connection).unwrap();
        return base.socket().channelHandlerContext();
    }
}
