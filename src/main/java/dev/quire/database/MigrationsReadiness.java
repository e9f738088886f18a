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
 * The readiness of the schema: all migrations of this version have run. Migrations of a later version may have run too; they
 * keep everything that this version uses.
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

    /**
     * Returns true if all migrations have run. Queries the database until that is the case, and not afterwards, because
     * migrations are never reverted. Blocks.
     */
    public boolean isCurrent() {
        if (!current) {
            current = flyway.info().pending().length == 0;
        }
        return current;
    }

    /** Completes once the schema is current, however long that takes, on the Vert.x context of the caller. */
    public Uni<Void> whenCurrent() {
        // A new context on the worker thread would be assigned an event loop in the round robin, just when the event
        // loops for HTTP are assigned, and leave all of HTTP to the other event loop.
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

    /** Reports in readiness that this replica waits for its schema. */
    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("Schema").status(current).build();
    }
}
