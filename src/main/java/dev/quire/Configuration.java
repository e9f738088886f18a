package dev.quire;

import dev.quire.auth.AttemptLimits;
import dev.quire.auth.FirstAdminAccount;
import dev.quire.auth.KeyFolder;
import dev.quire.auth.SessionLifetime;
import dev.quire.database.DatabaseCheck;
import dev.quire.http.CrossOrigin;
import dev.quire.http.KeyLifetime;
import dev.quire.http.PreconditionPolicy;
import dev.quire.security.HashingCost;
import dev.quire.security.ProxyTrust;
import dev.quire.validation.Converters.Delay;
import dev.quire.validation.Converters.Port;
import dev.quire.validation.Converters.Switch;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.SmallRyeConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * The configuration as a whole. It is checked before Quarkus starts, and so before any migration. Bean Validation is not
 * available yet, so the converters of the values describe the faults.
 */
final class Configuration {
    /** The mappings that this service adds to the configuration of Quarkus, each with a check across its values. */
    private static final Map<Class<?>, Function<Object, List<String>>> MAPPINGS = mappings();

    /** The properties of Quarkus that the README names. */
    private static final Map<String, Converter<?>> OF_QUARKUS = Map.of(
            "quarkus.http.port", new Port(),
            "quarkus.management.port", new Port(),
            "quarkus.shutdown.delay", new Delay(),
            "quarkus.flyway.migrate-at-start", new Switch(),
            "quarkus.init-and-exit", new Switch());

    private static final Pattern PROBLEM =
            Pattern.compile("(?s).*?(?:The config property|SRCFG00014: The config property) (\\S+) .*?"
                    + "(?:whilst being converted (?:SRCFG[0-9]+: )?(.*))?");

    /** The variables of a Service in front of Quire. Kubernetes passes the addresses of all Services to each container. */
    private static final Pattern OF_KUBERNETES = Pattern.compile(
            "QUIRE(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_[A-Z]+(_[A-Z]+)?)?)");

    private Configuration() {}

    private static Map<Class<?>, Function<Object, List<String>>> mappings() {
        var mappings = new LinkedHashMap<Class<?>, Function<Object, List<String>>>();
        add(mappings, KeyFolder.class, KeyFolder::faults);
        add(mappings, FirstAdminAccount.class, FirstAdminAccount::faults);
        add(mappings, HashingCost.class, HashingCost::faults);
        add(mappings, SessionLifetime.class, SessionLifetime::faults);
        for (Class<?> other : List.of(
                AttemptLimits.class,
                KeyLifetime.class,
                PreconditionPolicy.class,
                ProxyTrust.class,
                CrossOrigin.class)) {
            mappings.put(other, values -> List.of());
        }
        return mappings;
    }

    private static <T> void add(
            Map<Class<?>, Function<Object, List<String>>> mappings, Class<T> type, Function<T, List<String>> faults) {
        mappings.put(type, values -> faults.apply(type.cast(values)));
    }

    /** Reads the environment. In a native image, the configuration that Quarkus has read this early is that of the build. */
    static SmallRyeConfig read() {
        return ConfigUtils.configBuilder().build();
    }

    /** Lists all missing and wrong values, each in a line that begins with the variable. */
    static List<String> faults(SmallRyeConfig config) {
        var faults = new ArrayList<String>(DatabaseCheck.faults(config));
        // A run that only migrates ends before anything is signed, and needs no keys.
        boolean serves = !config.getOptionalValue("quarkus.init-and-exit", String.class)
                .orElse("")
                .equals("true");
        MAPPINGS.forEach((type, together) -> {
            if (serves || type != KeyFolder.class) {
                faults.addAll(faults(type, together));
            }
        });
        OF_QUARKUS.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(setting -> {
            try {
                config.getOptionalValue(setting.getKey(), setting.getValue());
            } catch (IllegalArgumentException e) {
                faults.add(line(e.toString()));
            }
        });
        faults.addAll(faultsOfTracing(config));
        return faults.stream().map(Configuration::printable).distinct().toList();
    }

    private static List<String> faults(Class<?> type, Function<Object, List<String>> together) {
        try {
            SmallRyeConfig config = ConfigUtils.configBuilder()
                    .withMapping(type)
                    .withValidateUnknown(false)
                    .build();
            return together.apply(config.getConfigMapping(type));
        } catch (ConfigValidationException e) {
            return lines(e);
        }
    }

    /** Converts the problems that SmallRye Config reports for properties into lines that begin with variables. */
    static List<String> lines(ConfigValidationException invalid) {
        return Stream.iterate(0, i -> i < invalid.getProblemCount(), i -> i + 1)
                .map(i -> printable(line(invalid.getProblem(i).getMessage())))
                .toList();
    }

    private static String line(String problem) {
        Matcher matcher = PROBLEM.matcher(problem);
        if (!matcher.matches()) {
            return "The configuration is wrong: " + problem.replaceAll("^[\\w.]+Exception: ", "");
        }
        String should = matcher.group(2);
        return variable(matcher.group(1)) + " "
                + (should == null ? "must have a value" : should.startsWith("must ") ? should : "is wrong: " + should);
    }

    private static String printable(String line) {
        return line.replaceAll("\\p{Cntrl}+", " ");
    }

    private static List<String> faultsOfTracing(SmallRyeConfig config) {
        var faults = new ArrayList<String>();
        endpoint(config)
                .filter(endpoint -> !endpoint.matches("https?://[^/\\s].*"))
                .ifPresent(wrong ->
                        faults.add("OTEL_EXPORTER_OTLP_ENDPOINT must be http://HOST:PORT or https://HOST:PORT"));
        config.getOptionalValue("OTEL_EXPORTER_OTLP_PROTOCOL", String.class)
                .filter(protocol -> !protocol.matches("grpc|http/protobuf"))
                .ifPresent(wrong -> faults.add("OTEL_EXPORTER_OTLP_PROTOCOL must be grpc or http/protobuf"));
        config.getOptionalValue("OTEL_EXPORTER_OTLP_HEADERS", String.class)
                .filter(headers -> !headers.matches("[^=,]+=[^,]*(,[^=,]+=[^,]*)*"))
                .ifPresent(wrong -> faults.add("OTEL_EXPORTER_OTLP_HEADERS must be NAME=VALUE, separated by commas"));
        return faults;
    }

    /** Returns the endpoint to which spans are sent; empty when they are not sent. */
    static Optional<String> endpoint(SmallRyeConfig config) {
        // A native image has no application.properties, which would map the variable to the property.
        return config.getOptionalValue("quarkus.otel.exporter.otlp.endpoint", String.class)
                .or(() -> config.getOptionalValue("OTEL_EXPORTER_OTLP_ENDPOINT", String.class));
    }

    /** Returns the variable in which SmallRye Config looks for a property. */
    static String variable(String property) {
        return property.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    /** Returns all variables that this service adds to those of Quarkus. */
    static Set<String> known() {
        return MAPPINGS.keySet().stream()
                .flatMap(type -> ConfigClass.configClass(type).getProperties().keySet().stream())
                .map(property -> variable(property.replaceFirst("\\[\\*]$", "")))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Lists the variables that begin with {@code QUIRE_} but are unknown, each with a similar known variable, if any. */
    static List<String> unknown(Set<String> variables) {
        Set<String> known = known();
        return variables.stream()
                .filter(name -> name.startsWith("QUIRE_")
                        && !OF_KUBERNETES.matcher(name).matches())
                // A variable can set a single element of a list.
                .filter(name -> !known.contains(name.replaceFirst("_[0-9]+_$", "")))
                .sorted()
                .map(name -> name
                        + nearest(name, known).map(near -> " (" + near + "?)").orElse(""))
                .toList();
    }

    private static Optional<String> nearest(String name, Set<String> known) {
        return known.stream()
                .filter(near -> distance(name, near) <= 3)
                .min((a, b) -> Integer.compare(distance(name, a), distance(name, b)));
    }

    /** Returns the Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = Stream.iterate(0, i -> i + 1)
                .limit(b.length() + 1L)
                .mapToInt(i -> i)
                .toArray();
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int other = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(other, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
