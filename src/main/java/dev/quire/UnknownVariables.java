package dev.quire;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import org.jboss.logging.Logger;

/** A warning about variables that have no effect, such as misspelt variables. */
@Singleton
class UnknownVariables {
    private static final Logger LOG = Logger.getLogger(UnknownVariables.class);

    void warn(@Observes StartupEvent start) {
        List<String> unknown = Configuration.unknown(System.getenv().keySet());
        if (!unknown.isEmpty()) {
            LOG.warnf("Unknown variable, which has no effect: %s", String.join(", ", unknown));
        }
    }
}
