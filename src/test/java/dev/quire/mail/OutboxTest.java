package dev.quire.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OutboxTest {
    @Test
    void waitsGrowToAnHour() {
        assertEquals(
                List.of(5L, 15L, 45L, 135L, 405L, 1215L, 3600L, 3600L),
                Stream.of(1, 2, 3, 4, 5, 6, 7, 100)
                        .map(attempts -> Outbox.delay(attempts).toSeconds())
                        .toList());
    }
}
