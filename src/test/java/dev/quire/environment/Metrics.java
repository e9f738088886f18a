package dev.quire.environment;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;

/** The metrics of the service at the port for operators. */
public final class Metrics {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private Metrics() {}

    /** Returns every series, by its name and labels. */
    public static Map<String, Double> all() {
        String text = given().port(Environment.MANAGEMENT_PORT)
                .get("/q/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        return text.lines()
                .filter(line -> !line.startsWith("#"))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.lastIndexOf(' ')),
                        line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1))));
    }

    /** Returns the value of a series, such as {@code sql_pool_active{pool_name="pool"}}; 0 when there is none yet. */
    public static double value(String series) {
        return all().getOrDefault(series, 0.0);
    }

    /** Returns the number of requests refused for this reason. */
    public static double refused(String reason) {
        return value("requests_refused_total{reason=\"" + reason + "\"}");
    }

    /** Returns the number of requests refused for any reason. */
    public static double refused() {
        return all().entrySet().stream()
                .filter(series -> series.getKey().startsWith("requests_refused_total{"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** Returns once a series has such a value. */
    public static void await(String series, DoublePredicate good) throws InterruptedException {
        for (long end = System.nanoTime() + TIMEOUT.toNanos(); !good.test(value(series)); Thread.sleep(20)) {
            assertTrue(System.nanoTime() < end, () -> series + " is " + value(series));
        }
    }
}
