package dev.quire.change;

import dev.quire.query.ChangeHistory;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jboss.logging.Logger;

/** The removal of rows that were deleted so long ago that clients are no longer told. */
@Singleton
class DeletedRows {
    private static final Logger LOG = Logger.getLogger(DeletedRows.class);
    private static final long SHORTEST_INTERVAL = Duration.ofSeconds(1).toMillis();
    private static final long LONGEST_INTERVAL = Duration.ofHours(1).toMillis();

    private final ChangeHistory history;
    private final Duration life;

    DeletedRows(ChangeHistory history, ChangeSettings settings) {
        this.history = history;
        this.life = settings.life();
    }

    void start(@Observes StartupEvent start, Vertx vertx) {
        long interval = Math.max(SHORTEST_INTERVAL, Math.min(LONGEST_INTERVAL, life.toMillis() / 24));
        vertx.setPeriodic(
                interval,
                time -> history.forget(life)
                        .subscribe()
                        .with(done -> {}, failure -> LOG.debugf("Old deleted rows stay until later: %s", failure)));
    }
}
