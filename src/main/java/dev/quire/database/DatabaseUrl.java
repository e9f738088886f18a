package dev.quire.database;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads a URL with several hosts, as libpq and JDBC do: {@code postgresql://a:5432,b:5432/quire}. Quarkus wants one URL for each
 * server. {@code META-INF/services} names this class.
 */
public final class DatabaseUrl implements ConfigSourceInterceptor {
    private static final String NAME = "quarkus.datasource.reactive.url";

    private static final Pattern SEVERAL_HOSTS = Pattern.compile("(postgresql://)([^/?#@]+,[^/?#@]+)(/.*)");
    private static final Pattern ONE_HOST = Pattern.compile("postgresql://([^/?#@]+)(/.*)");

    @Override
    public ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        ConfigValue value = context.proceed(name);
        return value == null || !name.equals(NAME) ? value : value.withValue(split(value.getValue()));
    }

    private static String split(String url) {
        Matcher several = SEVERAL_HOSTS.matcher(url == null ? "" : url);
        return several.matches()
                ? Arrays.stream(several.group(2).split(",", -1))
                        .map(host -> several.group(1) + host + several.group(3))
                        .collect(Collectors.joining(","))
                : url;
    }

    /** Returns one URL with the hosts of all these, which differ in nothing else. */
    static String join(List<String> urls) {
        String hosts = urls.stream()
                .map(ONE_HOST::matcher)
                .map(url -> url.matches() ? url.group(1) : "")
                .collect(Collectors.joining(","));
        Matcher first = ONE_HOST.matcher(urls.isEmpty() ? "" : urls.get(0));
        return first.matches() ? "postgresql://" + hosts + first.group(2) : String.join(",", urls);
    }
}
