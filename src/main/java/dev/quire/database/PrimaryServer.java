package dev.quire.database;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The server that all connections lead to: the only one, or the primary of several. A standby of several servers is not used,
 * since it may lag behind. {@link DatabaseHealth} looks for the primary again whenever it is not there.
 */
public final class PrimaryServer {
    /** The query for whether the server is read-only, whether it is a standby, and which timeline it writes. */
    private static final String ASK = """
            select current_setting('transaction_read_only') = 'on', pg_is_in_recovery(),
              case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_lsn()), 8) end
            """;

    /** The timeout of an answer, and of the connection if that is new. */
    private static final int TIMEOUT_SECONDS = 2;

    /** The timeout of a hanging connection, later than that of the answer. */
    private static final int HANGING_SECONDS = 2 * TIMEOUT_SECONDS;

    private final Vertx vertx;
    private final List<PgConnectOptions> servers;

    /** The last server that was found; before, the one that is being looked for. */
    private volatile Future<PgConnectOptions> last;

    /** The timeline of the last primary. One with an earlier timeline was replaced, even if nothing has told it yet. */
    private volatile String timeline = "";

    PrimaryServer(Vertx vertx, List<PgConnectOptions> servers) {
        this.vertx = vertx;
        this.servers = List.copyOf(servers);
        this.last = servers.size() == 1
                ? Future.succeededFuture(servers.get(0))
                : find().onSuccess(found -> found.connection().close()).map(Answer::server);
    }

    /**
     * The answer of a server, over a connection that is open.
     *
     * @param timeline greater with each promotion; null for a standby that is the only server
     */
    record Answer(PgConnectOptions server, PgConnection connection, boolean isReadOnly, String timeline) {}

    /** Returns the options of new connections. */
    public Future<PgConnectOptions> options() {
        return last;
    }

    /** Returns whether connections with these options lead to this server, and not to one before it. */
    public boolean isCurrent(PgConnectOptions options) {
        return last.result() == options;
    }

    /** Makes the server that answered the one of all new connections, and returns whether it was another. */
    boolean use(Answer answer) {
        timeline = answer.timeline();
        boolean isOther = !isCurrent(answer.server());
        if (isOther) {
            last = Future.succeededFuture(answer.server());
        }
        return isOther;
    }

    /** Asks all servers over new connections, and returns the first that is writable, or else one that is not. */
    Future<Answer> find() {
        Promise<Answer> found = Promise.promise();
        List<Future<Answer>> answers = servers.stream().map(this::ask).toList();
        answers.forEach(one -> one.onSuccess(answer -> {
            if (!answer.isReadOnly()) {
                take(answer, found);
            }
        }));
        Future.join(answers).onComplete(all -> {
            answers.stream()
                    .filter(Future::succeeded)
                    .map(Future::result)
                    .filter(Answer::isReadOnly)
                    .forEach(answer -> take(answer, found));
            if (answers.stream().allMatch(Future::failed)) {
                found.fail(answers.get(0).cause());
            }
        });
        return found.future();
    }

    private static void take(Answer answer, Promise<Answer> found) {
        if (!found.tryComplete(answer)) {
            answer.connection().close();
        }
    }

    private Future<Answer> ask(PgConnectOptions server) {
        var options = new PgConnectOptions(server);
        options.setConnectTimeout(HANGING_SECONDS * 1000);
        // A network that drops every packet closes no connection, not even during the login.
        options.setReadIdleTimeout(HANGING_SECONDS);
        Future<PgConnection> connecting = PgConnection.connect(vertx, options);
        return connecting
                // Vert.x would print a failure that ends the connection; the next check reports the failure instead.
                .onSuccess(made -> made.exceptionHandler(failure -> {}))
                .compose(made -> answer(server, made))
                .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .onFailure(late -> connecting.onSuccess(PgConnection::close));
    }

    /** Asks again over the same connection, which is closed if there is no answer. */
    Future<Answer> ask(Answer before) {
        return answer(before.server(), before.connection())
                .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .onFailure(late -> before.connection().close());
    }

    private Future<Answer> answer(PgConnectOptions server, PgConnection connection) {
        return connection.query(ASK).execute().compose(rows -> {
            Row row = rows.iterator().next();
            var answer = new Answer(server, connection, row.getBoolean(0), row.getString(2));
            boolean isPrimary = servers.size() == 1
                    || !row.getBoolean(1) && answer.timeline().compareTo(timeline) >= 0;
            return isPrimary
                    ? Future.succeededFuture(answer)
                    : Future.failedFuture(server.getHost() + ":" + server.getPort() + " is not the primary");
        });
    }
}
