package dev.quire.database;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.vertx.MutinyHelper;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Executor;
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
public class MigrationsReadiness implements HealthCheck {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Flyway flyway;
    private final Vertx vertx;
    private volatile boolean current;

    MigrationsReadiness(Flyway flyway, Vertx vertx) {
        this.flyway = flyway;
        this.vertx = vertx;
    }

    /** Looks in the database until it is true once: no migration is ever taken back. Blocks. */
    public boolean isCurrent() {
        if (!current) {
            current = flyway.info().pending().length == 0;
        }
        return current;
    }

    /** Comes to its end when the schema is current, however long that takes, on the Vert.x context of the caller. */
    public Uni<Void> whenCurrent() {
        // A context of the worker thread's own would take the turn of an event loop, just when those that serve HTTP
        // start, and leave the other one with all of that.
        Executor caller = MutinyHelper.executor(vertx.getOrCreateContext());
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
                .emitOn(caller)
                .replaceWithVoid();
    }

    /** Says in readiness what this replica waits for. */
    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("Schema").status(current).build();
    }
}
