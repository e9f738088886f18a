package dev.quire.parameter;

import dev.quire.problem.ProblemException.Malformed;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.regex.Pattern;

/** Reads numbers and flags in paths and queries: one spelling each, and a 400 that names the parameter otherwise. */
@Provider
public class Parameters implements ParamConverterProvider {
    private static final Pattern POSITIVE = Pattern.compile("[1-9][0-9]{0,18}");

    @Override
    @SuppressWarnings("unchecked")
    public <T> ParamConverter<T> getConverter(Class<T> type, Type generic, Annotation[] annotations) {
        if (type == Long.class || type == long.class) {
            return (ParamConverter<T>) new Positive(name(annotations));
        }
        if (type == Boolean.class || type == boolean.class) {
            return (ParamConverter<T>) new Flag(name(annotations));
        }
        return null;
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
            try {
                if (POSITIVE.matcher(value).matches()) {
                    return Long.valueOf(value);
                }
            } catch (NumberFormatException e) {
                // Nineteen digits, and still more than 64 bits.
            }
            throw Malformed.parameter(name, "must be a positive whole number of 64 bits");
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
                default -> throw Malformed.parameter(name, "must be true or false");
            };
        }

        @Override
        public String toString(Boolean value) {
            return value.toString();
        }
    }
}
