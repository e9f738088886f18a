package dev.quire.environment;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The database behind the service: tests read rows and run SQL directly. */
public final class Database {
    /** The log of PostgreSQL, in its data directory. */
    static final String LOG = "statements.log";

    /** A statement of the service. Empty ones only validate the idle connections of a pool. */
    private static final Pattern STATEMENT = Pattern.compile(
            "(?m)^quire:LOG:  (?:statement|execute [^:]+): (?i)(?!begin|commit|rollback|start|select 'listening'|select current_setting|select user_id, secret )(.+)$");

    private Database() {}

    /** Returns the first column of the only row, as a number. */
    public static long count(String sql, Object... parameters) {
        return ((Number) rows(sql, parameters).get(0).get(0)).longValue();
    }

    /** Returns every row, as a list of its columns. */
    public static List<List<Object>> rows(String sql, Object... parameters) {
        try (Connection connection = connect();
                PreparedStatement statement = prepare(connection, sql, parameters);
                ResultSet result = statement.executeQuery()) {
            var rows = new ArrayList<List<Object>>();
            while (result.next()) {
                var row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getObject(i));
                }
                rows.add(row);
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Returns the number of rows that an INSERT, UPDATE or DELETE affected; errors of the database are thrown as they
     * are.
     */
    public static int execute(String sql, Object... parameters) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement statement = prepare(connection, sql, parameters)) {
            return statement.executeUpdate();
        }
    }

    /** Returns the number of statements run for requests so far, without BEGIN, COMMIT and those of timers. */
    public static long statements() {
        return count("select coalesce(sum(calls), 0) from pg_stat_statements s join pg_roles r on r.oid = s.userid"
                + " where r.rolname = 'quire' and s.query !~* '^(begin|commit|rollback|start|listen|select current_setting|select \\$1$|select user_id, secret )"
                + "|from revocations'");
    }

    /**
     * Returns the statements that the service runs during this, without BEGIN and COMMIT. They are read from the log of
     * PostgreSQL, since pg_stat_statements shows one text for all statements that differ only in the tables behind
     * their aliases.
     */
    public static List<String> statementsDuring(Runnable work) {
        long begin = logged();
        work.run();
        return STATEMENT
                .matcher(log(begin, logged()))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /** Returns the plan of a statement, with the columns that each step passes on. */
    public static String plan(String sql) {
        var lines = new StringBuilder();
        // The simple protocol: in the extended one PostgreSQL requires values for $1, $2 and so on.
        try (Connection connection = Environment.postgres()
                        .getDatabase("postgres", "quire", Map.of("preferQueryMode", "simple"))
                        .getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("explain (verbose, generic_plan) " + sql)) {
            while (result.next()) {
                lines.append(result.getString(1)).append('\n');
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return lines.toString();
    }

    /** Returns the size of the log once it has all statements run so far. */
    private static long logged() {
        String mark = "select 'mark " + System.nanoTime() + "'";
        long begin = logSize();
        rows(mark);
        while (!log(begin, logSize()).contains(mark)) {
            Thread.onSpinWait();
        }
        return logSize();
    }

    private static long logSize() {
        return count("select size from pg_stat_file(?)", LOG);
    }

    private static String log(long begin, long end) {
        return (String) rows("select pg_read_file(?, ?, ?)", LOG, begin, end - begin)
                .get(0)
                .get(0);
    }

    /** Returns the links of a post by category, each with the place of its row and the transaction that wrote it. */
    public static Map<Integer, List<Object>> links(int post) {
        return rows("select category_id, ctid::text, xmin::text from post_categories where post_id = ?", post).stream()
                .collect(Collectors.toMap(row -> ((Number) row.get(0)).intValue(), row -> row.subList(1, 3)));
    }

    /** Returns once a statement of the service waits for a lock. */
    public static void awaitBlocked() {
        String blocked = "select count(*) from pg_stat_activity where usename = 'quire' and wait_event_type = 'Lock'";
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (count(blocked) == 0) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("nothing waits for a lock");
            }
        }
    }

    /** Returns a connection of the superuser that locks a row by this query until it is closed. */
    public static Connection lock(String sql, Object... parameters) throws SQLException {
        Connection connection = connect();
        connection.setAutoCommit(false);
        prepare(connection, sql, parameters).executeQuery();
        return connection;
    }

    /** Returns a connection of the superuser, to be closed by the caller. */
    public static Connection connect() throws SQLException {
        return Environment.postgres().getDatabase("postgres", "quire").getConnection();
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }
}
