package dev.quire.validation;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.runtime.configuration.DurationConverter;
import java.time.Duration;
import java.util.Locale;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * The converters of configured values. Each error describes a valid value, so that a message only has to put the variable in
 * front. No error repeats the value, which may be a secret.
 */
public interface Converters {
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

    /** A duration that is not negative. */
    @RegisterForReflection
    class Time implements Converter<Duration> {
        /** The message of a constraint on the duration. */
        public static final String SECOND_OR_MORE = "must be a time of a second or more, such as 15M or 24H";

        @Override
        public Duration convert(String value) {
            try {
                Duration time = new DurationConverter().convert(value.trim().toUpperCase(Locale.ROOT));
                if (time != null && !time.isNegative() && time.toDays() <= 36_500) {
                    return time;
                }
            } catch (IllegalArgumentException | ArithmeticException e) {
                // Reported below, with a description of a valid value.
            }
            throw new IllegalArgumentException("must be a time of at most 36500D, such as 0S, 15M or 24H");
        }
    }
}
