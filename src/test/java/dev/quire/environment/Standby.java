package dev.quire.environment;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A PostgreSQL that replays the writes of another one. */
public final class Standby {
    private static final long TIMEOUT_NANOSECONDS = TimeUnit.SECONDS.toNanos(60);

    private Standby() {}

    /** Starts a standby on a copy of the data directory. */
    public static EmbeddedPostgres start(EmbeddedPostgres primary, Path data) throws Exception {
        try (Connection connection = primary.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            Path original = Path.of(text(statement, "show data_directory"));
            statement.execute("select pg_backup_start('standby', true)");
            try (Stream<Path> files = Files.walk(original)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    if (!file.getFileName().toString().startsWith("postmaster.")
                            && !file.getFileName().toString().startsWith("epg-lock")) {
                        Files.copy(file, data.resolve(original.relativize(file).toString()));
                    }
                }
            }
            Files.writeString(
                    data.resolve("backup_label"), text(statement, "select labelfile from pg_backup_stop(false)"));
        }
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        Files.createFile(data.resolve("standby.signal"));
        Files.writeString(
                data.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=localhost port=" + primary.getPort() + " user=postgres'\n");
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .start();
    }

    /** Waits until the standby has replayed everything that was written before. */
    public static void awaitReplay(EmbeddedPostgres primary, EmbeddedPostgres standby) throws Exception {
        String written;
        try (Connection connection = primary.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            written = text(statement, "select pg_current_wal_insert_lsn()");
        }
        try (Connection connection = standby.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            long end = System.nanoTime() + TIMEOUT_NANOSECONDS;
            while (!text(statement, "select pg_last_wal_replay_lsn() >= '" + written + "'")
                    .equals("t")) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("the standby does not replay");
                }
                Thread.sleep(50);
            }
        }
    }

    private static String text(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
