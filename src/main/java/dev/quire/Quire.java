package dev.quire;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.SmallRyeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** The packaged program. It checks its requirements first, so that all faults are reported together. */
public class Quire {
    public static void main(String... arguments) {
        // Quarkus would answer an invalid URI without a body. RequestHead checks the URI instead.
        System.setProperty("vertx.disableURIValidation", "true");
        SmallRyeConfig config = Configuration.read();
        var faults = new ArrayList<String>(ProcessCheck.faults());
        faults.addAll(Configuration.faults(config));
        if (!faults.isEmpty()) {
            faults.forEach(System.err::println);
            System.exit(1);
        }
        if (Configuration.endpoint(config).isPresent()) {
            System.setProperty("quarkus.otel.sdk.disabled", "false");
        }
        Quarkus.run(null, (status, failure) -> end(config, status, failure), arguments);
    }

    // This method replaces the default exit handler of Quarkus, which terminates the JVM as well.
    @SuppressWarnings("PMD.DoNotTerminateVM")
    private static void end(SmallRyeConfig config, int status, Throwable failure) {
        if (failure != null && status != 0) {
            List<String> lines = lines(config, failure);
            if (lines.isEmpty()) {
                Logger.getLogger(Quire.class).error("The service can't start", failure);
            }
            lines.forEach(System.err::println);
        }
        System.exit(status);
    }

    /** Returns the failure as lines for the operator; an empty list for an unforeseen failure. */
    private static List<String> lines(SmallRyeConfig config, Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .map(cause -> {
                    if (cause instanceof ConfigValidationException invalid) {
                        return Configuration.lines(invalid);
                    } else if (cause instanceof ConfigurationException) {
                        return List.of(cause.getMessage());
                    } else if (cause instanceof QuarkusBindException taken) {
                        boolean management = config.getOptionalValue("quarkus.management.port", Integer.class)
                                        .orElse(9000)
                                == taken.getPort();
                        return List.of((management ? "QUARKUS_MANAGEMENT_PORT" : "QUARKUS_HTTP_PORT")
                                + " must be a port that is free: " + taken.getPort() + " is not");
                    }
                    return List.<String>of();
                })
                .filter(lines -> !lines.isEmpty())
                .findFirst()
                .orElse(List.of());
    }
}
