package dev.quire.development;

import dev.quire.database.StatementTimes;
import io.quarkus.arc.profile.IfBuildProfile;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** The header field Server-Timing (W3C): the SQL statements that a request has waited for until its response began. */
@Singleton
@IfBuildProfile("dev")
class ServerTiming {
    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE + 4).handler(context -> {
            StatementTimes times = StatementTimes.begin();
            context.addHeadersEndHandler(head -> context.response().putHeader("Server-Timing", times.metric()));
            context.next();
        });
    }
}
