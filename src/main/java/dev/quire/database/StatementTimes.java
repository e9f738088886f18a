package dev.quire.database;

import io.quarkus.runtime.LaunchMode;
import io.smallrye.common.vertx.ContextLocals;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Locale;
import org.jboss.logging.Logger;

/**
 * The SQL statements that a request waits for, and their time, in development mode. The statements that begin and end a
 * transaction are not counted.
 */
public final class StatementTimes {
    /** True if statements are measured at all. */
    static final boolean MEASURED = LaunchMode.current() == LaunchMode.DEVELOPMENT;

    private static final Logger LOG = Logger.getLogger("dev.quire.sql");
    private static final String KEY = StatementTimes.class.getName();
    private static final double MILLISECOND = 1_000_000;

    private int statements;
    private long nanoseconds;

    private StatementTimes() {}

    /** Starts to count the statements of the request on the current Vert.x context. */
    public static StatementTimes begin() {
        var times = new StatementTimes();
        ContextLocals.put(KEY, times);
        return times;
    }

    /** Returns the statements that were answered until now as a metric of the header field Server-Timing. */
    public synchronized String metric() {
        return String.format(
                Locale.ROOT,
                "db;dur=%.1f;desc=\"%d statement%s\"",
                nanoseconds / MILLISECOND,
                statements,
                statements == 1 ? "" : "s");
    }

    private synchronized void add(long time) {
        statements++;
        nanoseconds += time;
    }

    /** Measures a statement from its subscription to its answer, for the current request. */
    static <T> Uni<T> measure(String sql, Uni<T> answer) {
        return MEASURED
                ? Uni.createFrom().deferred(() -> {
                    Runnable end = start(sql);
                    return answer.onTermination().invoke(end);
                })
                : answer;
    }

    /** Starts to measure a statement. The result ends it. */
    static Runnable start(String sql) {
        Context context = Vertx.currentContext();
        StatementTimes request =
                context != null && VertxContext.isDuplicatedContext(context) ? context.getLocal(KEY) : null;
        long sent = System.nanoTime();
        return () -> {
            long time = System.nanoTime() - sent;
            LOG.debugf("%.1f ms: %s", time / MILLISECOND, sql);
            if (request != null) {
                request.add(time);
            }
        };
    }
}
