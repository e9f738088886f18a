package dev.quire.http;

import dev.quire.database.DatabaseHealth;
import dev.quire.database.Outage;
import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.container.ResourceInfo;
import java.util.Set;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Refuses requests at once while the database is away, instead of having each of them find out by waiting. */
class DatabaseBreaker {
    /** An operation that answers with anything else does not wait for the database. */
    private static final Set<Class<?>> WAITING = Set.of(Uni.class, Multi.class);

    private final DatabaseHealth database;

    DatabaseBreaker(@Readiness DatabaseHealth database) {
        this.database = database;
    }

    @ServerRequestFilter
    public void refuse(ResourceInfo operation) {
        if (database.isDown() && WAITING.contains(operation.getResourceMethod().getReturnType())) {
            throw new ServiceUnavailable(
                    Reason.DATABASE, database.outage().orElse(Outage.AWAY).detail());
        }
    }
}
