package dev.quire.precondition;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Whether writes must have a precondition. */
@Singleton
@Startup
class Demand {
    private final boolean made;

    /** As text: anything that is not true would be a silent false. */
    Demand(@ConfigProperty(name = "quire.preconditions.required", defaultValue = "false") String required) {
        if (!Set.of("true", "false").contains(required)) {
            throw new ConfigurationException("QUIRE_PRECONDITIONS_REQUIRED must be true or false");
        }
        made = required.equals("true");
    }

    boolean isMade() {
        return made;
    }
}
