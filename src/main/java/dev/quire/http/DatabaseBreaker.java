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

/** A filter that rejects requests immediately while the database is down, instead of letting each wait to find out. */
class DatabaseBreaker {
    /** The return types of operations that wait for the database. An operation with any other return type does not. */
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
