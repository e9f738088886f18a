package dev.quire.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.query.ChangeFeed.Change;
import dev.quire.query.ChangeFeed.Changes;
import dev.quire.query.ChangePosition;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The batches that streams join at, and what each stream gets of them. */
class RecentChangesTest {
    private static final long READER = 7;

    @Test
    void streamJoinsOnlyIfAllThatItMissesIsThereForItsUserAndShort() {
        RecentChanges recent =
                RecentChanges.NONE.with(batch(1, READER), 8, old -> false).with(batch(2, READER), 8, old -> false);

        assertTrue(recent.hasAllAfter(at(1), READER, 100));
        assertTrue(recent.hasAllAfter(at(0), READER, 100));
        assertFalse(recent.hasAllAfter(at(0), READER + 1, 100), "the private rows of others were not read");
        assertFalse(recent.hasAllAfter(at(0), READER, 5), "too long");
        assertFalse(recent.hasAllAfter(at(-1), READER, 100), "older");
        assertFalse(recent.with(batch(3, 0), 8, old -> false).hasAllAfter(at(1), READER, 100), "not read for the last");
    }

    @Test
    void streamGetsAllThatIsNew() {
        RecentChanges recent = RecentChanges.NONE;
        for (int i = 1; i <= 10; i++) {
            recent = recent.with(batch(i, READER), 2, old -> false);
        }

        assertNull(recent.after(at(10)));
        assertEquals(at(10), recent.after(at(9)).to());
        assertEquals(10, recent.after(at(8)).bytes(), "two of five characters");
        assertFalse(recent.hasAllAfter(at(7), READER, 100), "only two are kept");
    }

    private static ChangeBatch batch(long number, long reader) {
        var changes = new Changes(List.of(new Change("12345", at(number))), at(number), false);
        return new ChangeBatch(at(number - 1), changes, Set.of("user"), Set.of(reader));
    }

    private static ChangePosition at(long transaction) {
        return new ChangePosition("00000000", 0, transaction, "post", 1, 0);
    }
}
