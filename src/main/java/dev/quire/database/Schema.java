package dev.quire.database;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.flywaydb.core.Flyway;

/**
 * Whether the tables are those that this version needs: all of its migrations have run. Those of a later version may
 * have run too, which keep what this one uses.
 */
@Singleton
@Readiness
public class Schema implements HealthCheck {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Flyway flyway;
    private volatile boolean current;

    Schema(Flyway flyway) {
        this.flyway = flyway;
    }

    /** Looks in the database until it is true once: no migration is ever taken back. Blocks. */
    public boolean isCurrent() {
        if (!current) {
            current = flyway.info().pending().length == 0;
        }
        return current;
    }

    /** Comes to its end when the schema is current, however long that takes. */
    public Uni<Void> whenCurrent() {
        return Uni.createFrom()
                .item(this::isCurrent)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .onFailure()
                .recoverWithItem(false)
                .repeat()
                .withDelay(BETWEEN_LOOKS)
                .whilst(there -> !there)
                .collect()
                .last()
                .replaceWithVoid();
    }

    /** Says in readiness what this replica waits for. */
    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("Schema").status(isCurrent()).build();
    }
}
