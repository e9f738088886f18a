package dev.quire.validation;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.runtime.configuration.DurationConverter;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * The converters of configured values. Each error describes a valid value, so that a message only has to put the variable in
 * front. No error repeats the value, which may be a secret.
 */
public interface Converters {
    /** A whole number of at least 1. */
    @RegisterForReflection
    class Count implements Converter<Integer> {
        @Override
        public Integer convert(String value) {
            if (!value.trim().matches("0*[1-9][0-9]{0,8}")) {
                throw new IllegalArgumentException("must be a whole number from 1 to 999999999");
            }
            return Integer.valueOf(value.trim());
        }
    }

    /** A port, where 0 stands for any free port. */
    @RegisterForReflection
    class Port implements Converter<Integer> {
        @Override
        public Integer convert(String value) {
            if (!value.trim().matches("[0-9]{1,5}") || Integer.parseInt(value.trim()) > 65535) {
                throw new IllegalArgumentException("must be a port, from 0 to 65535");
            }
            return Integer.valueOf(value.trim());
        }
    }

    /** True or false. Quarkus itself takes every unknown value for false. */
    @RegisterForReflection
    class Switch implements Converter<Boolean> {
        @Override
        public Boolean convert(String value) {
            if (!value.matches("true|false")) {
                throw new IllegalArgumentException("must be true or false");
            }
            return Boolean.valueOf(value);
        }
    }

    /** A duration of at least a second. */
    @RegisterForReflection
    class Time implements Converter<Duration> {
        @Override
        public Duration convert(String value) {
            Duration time = duration(value);
            if (time.toSeconds() < 1) {
                throw new IllegalArgumentException("must be a time of a second or more, such as 15M or 24H");
            }
            return time;
        }
    }

    /** A duration, which may be zero. */
    @RegisterForReflection
    class Delay implements Converter<Duration> {
        @Override
        public Duration convert(String value) {
            Duration time = duration(value);
            if (time.isNegative()) {
                throw new IllegalArgumentException("must be a time, such as 0S or 10S");
            }
            return time;
        }
    }

    /** An origin as a browser sends it (RFC 6454, section 6.2). Any other spelling would never match. */
    @RegisterForReflection
    class Origin implements Converter<String> {
        private static final Pattern ORIGIN =
                Pattern.compile("[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\\[[0-9a-f:.]+])(?::[1-9][0-9]{0,4})?");
        private static final Pattern DEFAULT_PORT = Pattern.compile("http://.*:80|https://.*:443");

        @Override
        public String convert(String value) {
            String origin = value.trim();
            if (origin.equals("*")) {
                throw new IllegalArgumentException(
                        "must name each origin, such as https://example.org: * is not allowed");
            }
            if (!ORIGIN.matcher(origin).matches()
                    || DEFAULT_PORT.matcher(origin).matches()) {
                throw new IllegalArgumentException("must be origins as browsers send them, separated by commas:"
                        + " scheme://host or scheme://host:port in lower case, without a path, a slash at the end or the"
                        + " usual port of the scheme");
            }
            return origin;
        }
    }

    /** The name of a header field (RFC 9110, section 5.1). */
    @RegisterForReflection
    class FieldName implements Converter<String> {
        @Override
        public String convert(String value) {
            if (!value.trim().matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")
                    || value.trim().equals("*")) {
                throw new IllegalArgumentException("must be names of header fields, separated by commas");
            }
            return value.trim();
        }
    }

    private static Duration duration(String value) {
        try {
            Duration time = new DurationConverter().convert(value.trim().toUpperCase(Locale.ROOT));
            if (time != null && time.toDays() <= 36_500) {
                return time;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            // Reported below, with a description of a valid value.
        }
        throw new IllegalArgumentException("must be a time of at most 36500D, such as 15M or 24H");
    }
}
