package dev.quire;

import dev.quire.observability.TracingSettings;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.SmallRyeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** The packaged program. It checks its requirements first, so that all faults are reported together. */
public class Quire {
    public static void main(String... arguments) {
        // Quarkus would answer an invalid URI without a body. RequestHead checks the URI instead.
        System.setProperty("vertx.disableURIValidation", "true");
        var faults = new TreeMap<String, String>();
        Optional<SmallRyeConfig> config = Configuration.read(faults);
        var lines = new ArrayList<String>(ProcessCheck.faults());
        lines.addAll(Configuration.lines(faults));
        if (!lines.isEmpty()) {
            Configuration.unknown(System.getenv().keySet()).forEach(name -> lines.add(name + " is unknown"));
            lines.forEach(System.err::println);
            System.exit(1);
        }
        if (config.orElseThrow()
                .getConfigMapping(TracingSettings.class)
                .endpoint()
                .isPresent()) {
            System.setProperty("quarkus.otel.sdk.disabled", "false");
        }
        int management =
                config.orElseThrow().getConfigMapping(QuarkusSettings.class).managementPort();
        Quarkus.run(null, (status, failure) -> end(management, status, failure), arguments);
    }

    // This method replaces the default exit handler of Quarkus, which terminates the JVM as well.
    @SuppressWarnings("PMD.DoNotTerminateVM")
    private static void end(int management, int status, Throwable failure) {
        if (failure != null && status != 0) {
            List<String> lines = lines(management, failure);
            if (lines.isEmpty()) {
                Logger.getLogger(Quire.class).error("The service can't start", failure);
            }
            lines.forEach(System.err::println);
        }
        System.exit(status);
    }

    /** Returns the failure as lines for the operator; an empty list for an unforeseen failure. */
    private static List<String> lines(int management, Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .map(cause -> {
                    if (cause instanceof ConfigValidationException invalid) {
                        return Configuration.lines(Configuration.faults(invalid));
                    } else if (cause instanceof ConfigurationException) {
                        return List.of(cause.getMessage());
                    } else if (cause instanceof QuarkusBindException taken) {
                        return List.of((management == taken.getPort() ? "QUARKUS_MANAGEMENT_PORT" : "QUARKUS_HTTP_PORT")
                                + " must be a port that is free: " + taken.getPort() + " is not");
                    }
                    return List.<String>of();
                })
                .filter(lines -> !lines.isEmpty())
                .findFirst()
                .orElse(List.of());
    }
}
