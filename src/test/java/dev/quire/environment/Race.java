package dev.quire.environment;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Requests that reach the service, or the database behind it, at the same time. */
public final class Race {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration ARRIVAL_TIME = Duration.ofMillis(500);

    private Race() {}

    /** Starts all runners at the same time, and returns their results in order. */
    public static <T> List<T> run(List<Callable<T>> runners) {
        var line = new CyclicBarrier(runners.size());
        return start(
                runners,
                runner -> {
                    line.await();
                    return runner.call();
                },
                () -> {});
    }

    /** Starts this many equal runners, numbered from 0. */
    public static <T> List<T> run(int runners, IntFunction<T> runner) {
        return run(IntStream.range(0, runners)
                .<Callable<T>>mapToObj(number -> () -> runner.apply(number))
                .toList());
    }

    /**
     * Lets all runners write at the same time although they take different times to get there: locks the table until
     * all of them wait to write to it.
     */
    public static <T> List<T> runAtTableLock(String table, List<Callable<T>> runners) {
        try (Connection connection = Database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table " + table + " in share mode");
            return start(runners, Callable::call, () -> {
                awaitWaiting(table, runners.size());
                connection.rollback();
            });
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Lets runners meet in the query coalescer: the table is locked until the first of them waits for it and the others
     * have arrived.
     */
    public static <T> List<T> runCoalesced(String table, List<Callable<T>> runners) {
        try (Connection connection = Database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table " + table + " in access exclusive mode");
            return start(runners, Callable::call, () -> {
                awaitWaiting(table, 1);
                Thread.sleep(ARRIVAL_TIME.toMillis());
                connection.rollback();
            });
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitWaiting(String table, int runners) throws InterruptedException {
        Instant end = Instant.now().plus(TIMEOUT);
        String waiting = "select count(*) from pg_locks where not granted and relation = '" + table + "'::regclass";
        while (Database.count(waiting) < runners) {
            if (Instant.now().isAfter(end)) {
                throw new IllegalStateException("not all of " + runners + " wait to write to " + table);
            }
            Thread.sleep(5);
        }
    }

    private static <T> List<T> start(List<Callable<T>> runners, Start<T> start, Signal signal) {
        ExecutorService threads = Executors.newFixedThreadPool(runners.size());
        try {
            List<Future<T>> running = runners.stream()
                    .map(runner -> threads.submit(() -> start.run(runner)))
                    .toList();
            signal.release();
            var results = new ArrayList<T>();
            for (Future<T> one : running) {
                results.add(one.get());
            }
            return results;
        } catch (ExecutionException | InterruptedException | SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            threads.shutdownNow();
        }
    }

    private interface Start<T> {
        T run(Callable<T> runner) throws Exception;
    }

    private interface Signal {
        void release() throws InterruptedException, SQLException;
    }
}
