package dev.quire.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.change.EventStream.Event;
import dev.quire.change.EventStream.Refused;
import dev.quire.environment.Program;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Open streams during the shutdown of the packaged program. */
class ChangeStreamsIT {
    private static final int MAX_STREAMS = 8;

    @TempDir
    Path folder;

    /** Opens this many streams at the same time, and returns those that are not refused with 503. */
    private static List<EventStream> openAtOnce(int port, int number) {
        List<CompletableFuture<EventStream>> all = IntStream.range(0, number)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> openUnlessRefused(port), task -> new Thread(task, "listener").start()))
                .toList();
        return all.stream()
                .map(CompletableFuture::join)
                .filter(Objects::nonNull)
                .collect(Collectors.toList());
    }

    private static EventStream openUnlessRefused(int port) {
        try {
            return new EventStream(port, null, null, null);
        } catch (Refused e) {
            assertEquals(503, e.status);
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static EventStream openOnceAnotherHasEnded(int port) throws InterruptedException {
        EventStream stream = openUnlessRefused(port);
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60); stream == null; Thread.sleep(100)) {
            assertTrue(System.nanoTime() < end);
            stream = openUnlessRefused(port);
        }
        return stream;
    }

    @Test
    void streamsHaveHeartbeatsAndEndAtTheirLimit() throws Exception {
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
            var environment = new HashMap<>(Program.environment(postgres, keys));
            environment.put("QUIRE_CHANGES_STREAMS", Integer.toString(MAX_STREAMS));
            try (var program = new Program(environment, folder).await()) {
                List<EventStream> streams = openAtOnce(program.port(), 4 * MAX_STREAMS);
                assertEquals(MAX_STREAMS, streams.size());
                for (EventStream stream : streams) {
                    stream.await(Event::isSynced);
                }
                streams.remove(0).close();
                streams.add(openOnceAnotherHasEnded(program.port()));

                long begun = System.nanoTime();
                Event comment = streams.get(0).await(Event::comment);
                assertTrue(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun) <= 20);
                assertTrue(comment.id() != null && comment.data() == null);

                program.terminate();
                var returns = new HashSet<String>();
                for (EventStream stream : streams) {
                    Event last = null;
                    for (Event event = stream.next(); event != null; event = stream.next()) {
                        last = event;
                    }
                    returns.add(last == null ? null : last.retry());
                    stream.close();
                }
                assertTrue(returns.size() > MAX_STREAMS / 2, returns::toString);
                assertTrue(returns.stream().allMatch(retry -> retry.matches("[1-9]\\d{3}")), returns::toString);
                program.exit();
            }
        }
    }
}
