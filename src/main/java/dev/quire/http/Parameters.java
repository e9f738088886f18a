package dev.quire.http;

import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.Violation.Code;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A reader of numbers, flags and times in paths and queries. Each has one spelling; any other is rejected with a 400 that
 * names the parameter.
 */
@Provider
public class Parameters implements ParamConverterProvider {
    private static final String LONGEST = Long.toString(Long.MAX_VALUE);
    private static final Pattern POSITIVE = Pattern.compile("[1-9][0-9]{0,18}");

    /** A time of RFC 3339. Its offset goes up to 23:59, that of Java only up to 18:00. */
    private static final Pattern RFC_3339 = Pattern.compile(
            "(\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:(\\d{2})(?:\\.\\d{1,9})?)(?:Z|([+-])([01]\\d|2[0-3]):([0-5]\\d))",
            Pattern.CASE_INSENSITIVE);

    private static final String LEAP_SECOND = "60";

    @Override
    @SuppressWarnings("unchecked")
    public <T> ParamConverter<T> getConverter(Class<T> type, Type generic, Annotation[] annotations) {
        if (type == Long.class || type == long.class) {
            return (ParamConverter<T>) new Positive(name(annotations));
        }
        if (type == Boolean.class || type == boolean.class) {
            return (ParamConverter<T>) new Flag(name(annotations));
        }
        if (type == Ids.class) {
            return (ParamConverter<T>) new Some(new Positive(name(annotations)));
        }
        if (type == Instant.class) {
            return (ParamConverter<T>) new Time(name(annotations));
        }
        return null;
    }

    /** Returns whether this is the spelling of an id: a positive number of 64 bits, which has only one spelling. */
    public static boolean isId(String text) {
        if (!POSITIVE.matcher(text).matches()) {
            return false;
        }
        // Nineteen digits may still exceed 64 bits.
        return text.length() < LONGEST.length() || text.compareTo(LONGEST) <= 0;
    }

    /**
     * Returns the id with this spelling.
     *
     * @throws BadRequest when there is no such id
     */
    public static long id(String name, String value) {
        if (!isId(value)) {
            throw BadRequest.parameter(name, Code.INVALID, "must be a positive whole number of 64 bits");
        }
        return Long.parseLong(value);
    }

    /**
     * Returns the time with this spelling.
     *
     * @throws BadRequest when there is no such time
     */
    public static Instant time(String name, String value) {
        return new Time(name).fromString(value);
    }

    private static String name(Annotation[] annotations) {
        for (Annotation annotation : annotations) {
            if (annotation instanceof PathParam path) {
                return path.value();
            }
            if (annotation instanceof QueryParam query) {
                return query.value();
            }
        }
        throw new IllegalStateException("a parameter without a name");
    }

    private record Positive(String name) implements ParamConverter<Long> {
        @Override
        public Long fromString(String value) {
            return id(name, value);
        }

        @Override
        public String toString(Long value) {
            return value.toString();
        }
    }

    private record Flag(String name) implements ParamConverter<Boolean> {
        @Override
        public Boolean fromString(String value) {
            return switch (value) {
                case "true" -> true;
                case "false" -> false;
                default -> throw BadRequest.parameter(name, Code.INVALID, "must be true or false");
            };
        }

        @Override
        public String toString(Boolean value) {
            return value.toString();
        }
    }

    private record Some(Positive one) implements ParamConverter<Ids> {
        @Override
        public Ids fromString(String value) {
            String[] ids = value.split(",", -1);
            if (ids.length > Ids.MAX) {
                throw BadRequest.parameter(one.name, Code.TOO_MANY, "must have at most " + Ids.MAX + " ids");
            }
            return new Ids(Stream.of(ids).map(one::fromString).toList());
        }

        @Override
        public String toString(Ids value) {
            return value.ids().stream().map(String::valueOf).collect(Collectors.joining(","));
        }
    }

    private record Time(String name) implements ParamConverter<Instant> {
        @Override
        public Instant fromString(String value) {
            Matcher time = RFC_3339.matcher(value);
            try {
                if (time.matches()) {
                    if (time.group(2).equals(LEAP_SECOND)) {
                        throw BadRequest.parameter(
                                name, Code.INVALID, "must not have a leap second: seconds are from 00 to 59");
                    }
                    return LocalDateTime.parse(time.group(1))
                            .toInstant(ZoneOffset.UTC)
                            .minus(offset(time));
                }
            } catch (DateTimeParseException e) {
                // Spelt like a time, but there is no such time, as with the 30th of February.
            }
            throw BadRequest.parameter(
                    name, Code.INVALID, "must be a time of RFC 3339, such as 2026-01-31T12:00:00Z (a + as %2B)");
        }

        private static Duration offset(Matcher time) {
            if (time.group(3) == null) {
                return Duration.ZERO;
            }
            Duration offset =
                    Duration.ofHours(Integer.parseInt(time.group(4))).plusMinutes(Integer.parseInt(time.group(5)));
            return time.group(3).equals("-") ? offset.negated() : offset;
        }

        @Override
        public String toString(Instant value) {
            return value.toString();
        }
    }
}
