package dev.quire.parameter;

import dev.quire.problem.ProblemException.Malformed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Refuses query parameters that an operation does not have, so that a misspelt one is not silently ignored. */
class KnownParameters {
    /** Empty, it embeds nothing. */
    private static final String INCLUDE = "include";

    private final Map<Method, Set<String>> known = new ConcurrentHashMap<>();

    @ServerRequestFilter
    public void refuseUnknown(ContainerRequestContext request, ResourceInfo resource) {
        Set<String> names = known.computeIfAbsent(resource.getResourceMethod(), KnownParameters::names);
        Map<String, List<String>> sent = request.getUriInfo().getQueryParameters();
        sent.forEach((name, values) -> {
            if (!names.contains(name)) {
                throw Malformed.parameter(name, "is not known here");
            }
            if (values.size() > 1) {
                throw Malformed.parameter(name, "must be given once");
            }
            if (values.contains("") && !name.equals(INCLUDE)) {
                // Quarkus would take it for absent: dryRun= would delete.
                throw Malformed.parameter(name, "must not be empty");
            }
        });
    }

    private static Set<String> names(Method method) {
        var names = new HashSet<String>();
        for (Parameter parameter : method.getParameters()) {
            add(parameter.getAnnotation(QueryParam.class), names);
            if (parameter.isAnnotationPresent(BeanParam.class)) {
                for (Field field : parameter.getType().getDeclaredFields()) {
                    add(field.getAnnotation(QueryParam.class), names);
                }
            }
        }
        return names;
    }

    private static void add(QueryParam query, Set<String> names) {
        if (query != null) {
            names.add(query.value());
        }
    }
}
