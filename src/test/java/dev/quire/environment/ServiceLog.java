package dev.quire.environment;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.callback.QuarkusTestAfterEachCallback;
import io.quarkus.test.junit.callback.QuarkusTestMethodContext;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logmanager.formatters.PatternFormatter;

/**
 * The log of the service: the test during which a WARN or an ERROR is written fails, unless a test expected it. Quarkus
 * finds this class by its entry in {@code META-INF/services}, so it holds for every test.
 */
public final class ServiceLog implements QuarkusTestAfterEachCallback {
    /** The log of the packaged program, as the test framework of Quarkus starts it. */
    private static final Path FILE = Path.of("target", "quarkus.log");

    private static final Pattern ALARM = Pattern.compile("\"level\":\"(WARN|ERROR|FATAL)\"| (WARN|ERROR|FATAL) +\\[");

    /** The time that a consequence of a test may take to be logged. */
    private static final long GRACE = TimeUnit.SECONDS.toNanos(30);

    /** Warnings of a slow machine, and in the JVM lines that the configuration keeps from the console only. */
    private static final Pattern TOLERATED = Pattern.compile("BlockedThreadChecker|word is too long to be indexed");

    private static final Formatter FORMAT = new PatternFormatter("%p [%c] %s");

    private static final Queue<String> ALARMS = new ConcurrentLinkedQueue<>();

    /** The expected lines, and the time at which each expectation ends. */
    private static final Map<Pattern, Long> EXPECTED = new ConcurrentHashMap<>();

    private static long position;

    /** Collects what the service logs in the JVM of the tests. */
    static void collect() {
        Logger.getLogger("").addHandler(new Handler() {
            @Override
            public void publish(LogRecord line) {
                // The HTTP client is the tests' own, and closes connections.
                if (line.getLevel().intValue() >= Level.WARNING.intValue()
                        && !line.getLoggerName().startsWith("io.vertx.core.http.impl.HttpClient")) {
                    ALARMS.add(FORMAT.format(line) + (line.getThrown() == null ? "" : ": " + line.getThrown()));
                }
            }

            @Override
            public void flush() {
                // Nothing is buffered.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        });
    }

    /** Expects lines in which this regular expression is found, in this test and for some time after it. */
    public static void expect(String line) {
        EXPECTED.put(Pattern.compile(line), Long.MAX_VALUE);
    }

    @Override
    public void afterEach(QuarkusTestMethodContext context) {
        boolean isPackaged = context.getTestInstance().getClass().isAnnotationPresent(QuarkusIntegrationTest.class);
        long now = System.nanoTime();
        List<String> unexpected = (isPackaged ? written() : logged())
                .filter(line -> !TOLERATED.matcher(line).find())
                .filter(line -> EXPECTED.entrySet().stream()
                        .noneMatch(it -> (it.getValue() == Long.MAX_VALUE || it.getValue() - now > 0)
                                && it.getKey().matcher(line).find()))
                .toList();
        EXPECTED.replaceAll((line, until) -> until == Long.MAX_VALUE ? now + GRACE : until);
        if (!unexpected.isEmpty()) {
            throw new AssertionError("The service logs what no test expected:\n" + String.join("\n", unexpected));
        }
    }

    private static Stream<String> logged() {
        return Stream.generate(ALARMS::poll).takeWhile(line -> line != null);
    }

    /** Returns the lines written to the file since the last call, except for an incomplete one. */
    private static Stream<String> written() {
        try (var file = new RandomAccessFile(FILE.toFile(), "r")) {
            if (file.length() < position) {
                // Rotated
                position = 0;
            }
            byte[] bytes = new byte[(int) (file.length() - position)];
            file.seek(position);
            file.readFully(bytes);
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            int end = text.lastIndexOf('\n') + 1;
            position += end;
            // Without the escapes of JSON, for expectations with quotes
            return text.substring(0, end).lines().filter(ALARM.asPredicate()).map(line -> line.replace("\\\"", "\""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
