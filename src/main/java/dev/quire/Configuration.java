package dev.quire;

import dev.quire.auth.AuthSettings;
import dev.quire.auth.KeyFolder;
import dev.quire.change.ChangeSettings;
import dev.quire.database.DatabaseCheck;
import dev.quire.database.DatabaseSettings;
import dev.quire.graphql.GraphqlSettings;
import dev.quire.http.HttpSettings;
import dev.quire.mail.MailSettings;
import dev.quire.mail.ServerSettings;
import dev.quire.observability.TracingSettings;
import dev.quire.security.SecuritySettings;
import io.quarkus.runtime.configuration.ConfigBuilder;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The configuration as a whole. It is checked before Quarkus starts, and so before any migration, by the constraints of the
 * interfaces.
 */
final class Configuration {
    static final Set<Class<?>> SETTINGS = Set.of(
            AuthSettings.class,
            ChangeSettings.class,
            DatabaseSettings.class,
            GraphqlSettings.class,
            HttpSettings.class,
            MailSettings.class,
            QuarkusSettings.class,
            SecuritySettings.class,
            ServerSettings.class,
            TracingSettings.class);

    /** The default of each property; an empty text for one without. */
    private static final Map<String, String> DEFAULTS = SETTINGS.stream()
            .flatMap(type -> ConfigClass.configClass(type).getProperties().entrySet().stream())
            .collect(Collectors.toMap(
                    entry -> entry.getKey().replace("[*]", ""),
                    entry -> Objects.requireNonNullElse(entry.getValue(), ""),
                    String::concat));

    /** The class that Quarkus generates to validate the interfaces; it has no other name. */
    private static final String VALIDATOR =
            "io.quarkus.hibernate.validator.runtime.HibernateBeanValidationConfigValidatorBuilder";

    private static final Pattern PROBLEM = Pattern.compile("(?s).*?The config property (\\S+) .*?"
            + "(?:whilst being converted (?:SRCFG[0-9]+: )?(.*?)(?:, got \".*)?)?");

    private static final Pattern VIOLATION = Pattern.compile("(?s)([a-z.-]+)(?:\\[[0-9]+])? (.*)");

    /** The variables of a Service in front of Quire. Kubernetes passes the addresses of all Services to each container. */
    private static final Pattern OF_KUBERNETES = Pattern.compile(
            "QUIRE(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_[A-Z]+(_[A-Z]+)?)?)");

    private Configuration() {}

    /**
     * Reads the environment, and adds each fault by its variable. In a native image, the configuration that Quarkus has read
     * this early is that of the build.
     *
     * @return empty when a value is wrong in a way that its default does not mend
     */
    static Optional<SmallRyeConfig> read(Map<String, String> faults) {
        Optional<SmallRyeConfig> config = read(Map.of(), faults);
        config.ifPresent(settings -> {
            DatabaseCheck.faults(settings.getConfigMapping(DatabaseSettings.class))
                    .forEach(faults::putIfAbsent);
            var auth = settings.getConfigMapping(AuthSettings.class);
            AuthSettings.faults(auth).forEach(faults::putIfAbsent);
            MailSettings.faults(settings.getConfigMapping(MailSettings.class)).forEach(faults::putIfAbsent);
            // A run that only migrates ends before anything is signed, and needs no keys.
            if (!settings.getConfigMapping(QuarkusSettings.class).initAndExit()) {
                KeyFolder.faults(auth.keys()).forEach(faults::putIfAbsent);
            }
            SecuritySettings.faults(settings.getConfigMapping(SecuritySettings.class))
                    .forEach(faults::putIfAbsent);
        });
        return config;
    }

    /**
     * Reads the environment with other values instead of wrong ones. SmallRye Config validates an interface only when all of
     * its values have the right type, so wrong values are replaced by their defaults until all others are validated.
     */
    private static Optional<SmallRyeConfig> read(Map<String, String> instead, Map<String, String> faults) {
        try {
            SmallRyeConfigBuilder builder = ConfigUtils.configBuilder()
                    .withSources(new PropertiesConfigSource(instead, "instead", Integer.MAX_VALUE))
                    .withValidateUnknown(false);
            SETTINGS.forEach(builder::withMapping);
            return Optional.of(validated(builder).build());
        } catch (ConfigValidationException e) {
            var replaced = new HashMap<>(instead);
            faults(e).forEach((property, fault) -> {
                faults.putIfAbsent(variable(property), fault);
                replaced.merge(property, DEFAULTS.getOrDefault(property, ""), (before, again) -> "");
            });
            return replaced.equals(instead) ? Optional.empty() : read(replaced, faults);
        }
    }

    private static SmallRyeConfigBuilder validated(SmallRyeConfigBuilder builder) {
        try {
            return ((ConfigBuilder)
                            Class.forName(VALIDATOR).getDeclaredConstructor().newInstance())
                    .configBuilder(builder);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a line for each fault, which begins with the variable. */
    static List<String> lines(Map<String, String> faults) {
        return faults.entrySet().stream()
                .map(fault -> (variable(fault.getKey()) + " " + fault.getValue()).replaceAll("\\p{Cntrl}+", " "))
                .toList();
    }

    /** Returns the faults that SmallRye Config reports, by property. */
    static Map<String, String> faults(ConfigValidationException invalid) {
        var faults = new LinkedHashMap<String, String>();
        for (int i = 0; i < invalid.getProblemCount(); i++) {
            String problem = invalid.getProblem(i).getMessage();
            Matcher wrong = PROBLEM.matcher(problem);
            Matcher violation = VIOLATION.matcher(problem);
            if (wrong.matches()) {
                String should = wrong.group(2);
                faults.put(
                        wrong.group(1),
                        should == null
                                ? "must have a value"
                                : should.startsWith("must ") ? should : "is wrong: " + should);
            } else if (violation.matches()) {
                faults.put(violation.group(1), violation.group(2));
            } else {
                faults.put("configuration", "is wrong: " + problem.replaceAll("^[\\w.]+Exception: ", ""));
            }
        }
        return faults;
    }

    /** Returns the variable in which SmallRye Config looks for a property. */
    static String variable(String property) {
        return property.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    /** Returns all variables that this service adds to those of Quarkus. */
    static Set<String> known() {
        return DEFAULTS.keySet().stream()
                .map(Configuration::variable)
                .filter(name -> name.startsWith("QUIRE_"))
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
