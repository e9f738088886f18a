package dev.quire.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.change.EventStream.Event;
import dev.quire.change.EventStream.Refused;
import dev.quire.environment.Program;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that listen while the packaged program stops. */
class ChangeStreamsIT {
    private static final int MAX_STREAMS = 8;

    @TempDir
    Path folder;

    @Test
    void listenersAreKeptAliveAndSentAway() throws Exception {
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
            var environment = new HashMap<>(Program.environment(postgres, keys));
            environment.put("QUIRE_CHANGES_STREAMS", Integer.toString(MAX_STREAMS));
            try (var program = new Program(environment, folder).await()) {
                List<EventStream> streams = new ArrayList<>();
                for (int i = 0; i < MAX_STREAMS; i++) {
                    streams.add(new EventStream(program.port(), null, null, null));
                    streams.get(i).await(Event::isSynced);
                }
                Refused refused = assertThrows(Refused.class, () -> new EventStream(program.port(), null, null, null));
                assertEquals(503, refused.status);

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
