package dev.quire.graphql;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The metrics of operations by name. There are as many series as names in the configuration, whatever clients send. */
@Singleton
class OperationMetrics {
    private static final String OTHER = "OTHER";

    private final Map<String, Timer> timers;

    OperationMetrics(MeterRegistry registry, GraphqlSettings settings) {
        timers = Stream.concat(Stream.of(OTHER), settings.operations().orElse(Set.of()).stream())
                .collect(Collectors.toMap(
                        Function.identity(),
                        name -> Timer.builder("graphql.operations")
                                .description("Operations of GraphQL that were run")
                                .tag("operation", name)
                                .register(registry)));
    }

    /** Returns the same work, measured under the name of the operation; null for none. */
    <T> Uni<T> measure(String operation, Uni<T> work) {
        Timer timer = timers.getOrDefault(operation == null ? OTHER : operation, timers.get(OTHER));
        return Uni.createFrom().deferred(() -> {
            long begin = System.nanoTime();
            return work.onTermination().invoke(() -> timer.record(Duration.ofNanos(System.nanoTime() - begin)));
        });
    }
}
