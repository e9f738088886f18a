package dev.quire.http;

import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.Violation.Code;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * A filter that rejects query parameters that an operation does not have, so that a misspelled parameter is not silently
 * ignored. It also rejects parameters that are given more than once, except lists.
 */
public class KnownParameters {
    /** The only parameter that may be empty: it then embeds nothing. */
    private static final String INCLUDE = "include";

    private final Map<Method, Map<String, Boolean>> known = new ConcurrentHashMap<>();

    @ServerRequestFilter
    public void refuseUnknown(ContainerRequestContext request, ResourceInfo resource) {
        Map<String, Boolean> lists = known.computeIfAbsent(resource.getResourceMethod(), KnownParameters::of);
        Map<String, List<String>> sent = request.getUriInfo().getQueryParameters();
        sent.forEach((name, values) -> {
            if (!lists.containsKey(name)) {
                throw BadRequest.parameter(name, Code.UNKNOWN, "is not a parameter of this operation");
            }
            if (values.size() > 1 && !lists.get(name)) {
                throw BadRequest.parameter(name, Code.REPEATED, "must be given once");
            }
            if (values.contains("") && (values.size() > 1 || !name.equals(INCLUDE))) {
                // Quarkus would treat an empty value as absent: dryRun= would delete.
                throw BadRequest.parameter(name, Code.BLANK, "must not be empty");
            }
        });
    }

    /** Returns the query parameters of an operation, and whether each is a list. */
    public static Map<String, Boolean> of(Method method) {
        var lists = new HashMap<String, Boolean>();
        for (Parameter parameter : method.getParameters()) {
            add(parameter.getAnnotation(QueryParam.class), parameter.getType(), lists);
            if (parameter.isAnnotationPresent(BeanParam.class)) {
                for (Field field : parameter.getType().getDeclaredFields()) {
                    add(field.getAnnotation(QueryParam.class), field.getType(), lists);
                }
            }
        }
        return lists;
    }

    private static void add(QueryParam query, Class<?> type, Map<String, Boolean> lists) {
        if (query != null) {
            lists.put(query.value(), type == List.class);
        }
    }
}
