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

/** The connection pool of PostgreSQL, with a timeout for each wait for a connection and with cached prepared statements. */
@Singleton
public class DatabasePool implements PgPoolCreator {
    /** The marker of a statement with a best plan that depends on its values, so that it is planned for them each time. */
    public static final String PLANNED_ANEW = "/* planned anew */";

    /** The name of the pools of pipelined connections. */
    static final String PIPELINE = "pipeline";

    private static final int CONNECT_SECONDS = 5;

    /** The time that a request may wait for a connection of its own. */
    private static final int ACQUIRE_SECONDS = 5;

    /** The maximum number of requests that wait for a connection. Further requests could not be served in that time. */
    private static final int MAX_WAITING = 1000;

    /**
     * The statement that sets a lock timeout and a statement timeout, both shorter than the time of a request, and a limit
     * for idle transactions, unless the role has limits of its own (see docker/roles.sql). A pooler rejects these settings
     * as parameters of the connection.
     */
    private static final String LIMITS = """
            select set_config(name, value, false)
            from (values ('lock_timeout', '4s'), ('statement_timeout', '8s'), ('idle_in_transaction_session_timeout', '10s'))
              limits (name, value)
            where current_setting(name) = '0'
            """;

    /** The connections of the pool, and some that were closed in the meantime. */
    private final Set<SqlConnection> connections = ConcurrentHashMap.newKeySet();

    private volatile PrimaryServer primary;
    private volatile PoolOptions poolOptions;
    private volatile Pool unmeasured;

    /** Returns the server of all connections, also of those outside of the pool; null before the pool is created. */
    public PrimaryServer primary() {
        return primary;
    }

    /** Returns the pool whose statements {@link SqlExecutor} measures itself, for each of the callers that share one. */
    Pool unmeasured() {
        return unmeasured;
    }

    /** Returns a copy of the pool options, for another pool. */
    PoolOptions poolOptions() {
        return new PoolOptions(poolOptions);
    }

    /**
     * Removes metrics that are wrong. Vert.x never subtracts requests that gave up waiting from the queue size, as all
     * requests do during an outage. The pools in {@link SqlExecutor} share a name, and Vert.x shows only one of them.
     */
    @Produces
    @Singleton
    static MeterFilter withoutWhatIsWrong() {
        return MeterFilter.deny(meter -> meter.getName().equals("sql.pool.queue.size")
                || meter.getName().startsWith("sql.pool.") && PIPELINE.equals(meter.getTag("pool_name")));
    }

    /** Closes every connection of the pool after its current statement, so that the next connections are new. */
    void hangUp() {
        connections.forEach(SqlConnection::close);
        connections.clear();
    }

    /** Closes the connections that are idle or silent for too long, so that work in progress is not disturbed. */
    void hangUpSilent() {
        connections.forEach(connection -> SilentConnectionCloser.suspect(socket(connection)));
    }

    @Override
    @SuppressWarnings("deprecation") // There is no other way to observe the connections.
    public Pool create(Input input) {
        input.pgConnectOptionsList()
                .forEach(options -> options.setConnectTimeout(CONNECT_SECONDS * 1000)
                        .setCachePreparedStatements(true)
                        .setPreparedStatementCacheSqlFilter(sql -> !sql.contains(PLANNED_ANEW))
                        // PgBouncer rejects this parameter, and PostgreSQL returns all digits without it.
                        .getProperties()
                        .remove("extra_float_digits"));
        primary = new PrimaryServer(input.vertx(), input.pgConnectOptionsList());
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
        ConnectionFactory factory = PgDriver.INSTANCE.createConnectionFactory(input.vertx(), primary::options);
        unmeasured = pool.connectionProvider(
                context -> primary.options().compose(server -> connect(factory, context, server)));
        return StatementTimes.MEASURED ? MeasuredPool.of(unmeasured) : unmeasured;
    }

    /** Opens a connection. This timeout also covers the login, which the connect timeout does not. */
    private Future<SqlConnection> connect(ConnectionFactory factory, Context context, PgConnectOptions server) {
        Future<SqlConnection> connecting = factory.connect(context, server);
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
                    if (!primary.isCurrent(server)) {
                        made.close();
                        return Future.failedFuture("another server is the primary now");
                    }
                    return made.query(LIMITS).execute().map(made);
                });
    }

    private static ChannelHandlerContext socket(SqlConnection connection) {
        var base = (SocketConnectionBase) ((SqlConnectionInternal) connection).unwrap();
        return base.socket().channelHandlerContext();
    }
}
