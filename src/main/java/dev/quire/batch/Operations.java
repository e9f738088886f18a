package dev.quire.batch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quire.batch.ResultView.Headers;
import dev.quire.http.AllowedMethods;
import dev.quire.http.Batchable;
import dev.quire.http.EntityTags;
import dev.quire.http.KnownParameters;
import dev.quire.http.Parameters;
import dev.quire.http.RequestTarget;
import dev.quire.json.RawJson;
import dev.quire.json.RequestBodies;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.Violation;
import dev.quire.problem.Violation.Code;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.unchecked.Unchecked;
import jakarta.inject.Singleton;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.ParamConverter;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper.RequestMatch;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper.RequestPath;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.mapping.URITemplate;
import org.jboss.resteasy.reactive.server.util.RuntimeResourceVisitor;

/**
 * The operations that a batch can contain: the {@link Batchable} methods of all resources. Each is found and called in the
 * way of Quarkus REST, on the same bean, with the same authorization and the same response.
 */
@Singleton
class Operations {
    private final RequestBodies bodies;
    private final Parameters converters;
    private final Map<String, RequestMapper<RuntimeResource>> byMethod = new HashMap<>();

    /** Finds the operations. Must be called within a request. */
    Operations(RequestBodies bodies, Parameters converters) {
        this.bodies = bodies;
        this.converters = converters;
        var paths = new HashMap<String, ArrayList<RequestPath<RuntimeResource>>>();
        RuntimeResourceVisitor.visitRuntimeResources(
                "/", CurrentRequestManager.get().getDeployment().getClassMappers(), new RuntimeResourceVisitor() {
                    @Override
                    public void visitRuntimeResource(String method, String path, RuntimeResource resource) {
                        // A resource that stands for two operations, a page and a stream, has no method.
                        if (resource.getLazyMethod() != null && method(resource).isAnnotationPresent(Batchable.class)) {
                            paths.computeIfAbsent(method, key -> new ArrayList<>())
                                    .add(new RequestPath<>(false, new URITemplate(path, false), resource));
                        }
                    }
                });
        paths.forEach((method, templates) -> byMethod.put(method, new RequestMapper<>(templates)));
    }

    private static Method method(RuntimeResource operation) {
        return operation.getLazyMethod().getMethod();
    }

    /**
     * Runs an operation.
     *
     * @param path with its query, without references
     * @param body null if there is none
     * @throws UnprocessableEntity when there is no such operation, or when its body is not acceptable
     * @throws BadRequest when a parameter is not acceptable
     */
    Uni<ResultView> run(String name, String method, String path, JsonNode body) {
        if (!path.startsWith("/") || !byMethod.containsKey(method)) {
            throw none();
        }
        // The same reading as that of the request line of a single request.
        var target = new QueryStringDecoder(RequestTarget.normal(path));
        RequestMatch<RuntimeResource> match = byMethod.get(method).map(target.rawPath());
        if (match == null) {
            throw none();
        }
        RuntimeResource operation = match.value;
        var sent = new Sent(
                match, query(target, KnownParameters.of(method(operation)).keySet()));
        return Uni.createFrom()
                .deferred(Unchecked.<Uni<?>>supplier(() -> (Uni<?>) operation
                        .getInvoker()
                        .invoke(
                                operation.getEndpointFactory().createInstance().getInstance(),
                                arguments(method(operation), sent, body))))
                .map(answer -> result(name, answer));
    }

    private static UnprocessableEntity none() {
        return new UnprocessableEntity(List.of(Violation.ofParameter(
                "path", Code.NOT_ALLOWED, "is, with this method, no write that a batch can contain")));
    }

    private static Map<String, String> query(QueryStringDecoder target, Set<String> known) {
        var query = new HashMap<String, String>();
        target.parameters().forEach((name, values) -> {
            if (!known.contains(name)) {
                throw BadRequest.parameter(name, Code.UNKNOWN, "is not a parameter of this operation");
            }
            if (values.size() > 1 || values.contains("")) {
                throw BadRequest.parameter(
                        name, values.size() > 1 ? Code.REPEATED : Code.BLANK, "must be given once, and not be empty");
            }
            query.put(name, values.get(0));
        });
        return query;
    }

    /** The parameters of an operation, in its path and its query. */
    private record Sent(RequestMatch<RuntimeResource> match, Map<String, String> query) {
        String get(AnnotatedElement parameter) {
            PathParam inPath = parameter.getAnnotation(PathParam.class);
            if (inPath == null) {
                DefaultValue other = parameter.getAnnotation(DefaultValue.class);
                return query.getOrDefault(
                        parameter.getAnnotation(QueryParam.class).value(), other == null ? null : other.value());
            }
            int place = match.value.getPathParameterIndexes().get(inPath.value());
            // A plus is a space in a query only, not in a path.
            return URLDecoder.decode(match.pathParamValues[place].replace("+", "%2B"), StandardCharsets.UTF_8);
        }
    }

    private Object[] arguments(Method method, Sent sent, JsonNode body) {
        Optional<Type> type = Stream.of(method.getParameters())
                .filter(AllowedMethods::isBody)
                .map(Parameter::getParameterizedType)
                .findAny();
        Object read = read(body, type.orElse(null));
        return Stream.of(method.getParameters())
                .map(Unchecked.function(parameter -> AllowedMethods.isBody(parameter)
                        ? read
                        : parameter.isAnnotationPresent(BeanParam.class)
                                ? bean(parameter.getType(), sent)
                                : value(parameter, parameter.getType(), sent)))
                .toArray();
    }

    private Object bean(Class<?> type, Sent sent) throws ReflectiveOperationException {
        Object bean = type.getConstructor().newInstance();
        for (Field field : type.getDeclaredFields()) {
            // Quarkus adds fields of its own.
            if (field.isAnnotationPresent(QueryParam.class)) {
                field.set(bean, value(field, field.getType(), sent));
            }
        }
        return bean;
    }

    private Object value(AnnotatedElement parameter, Class<?> type, Sent sent) {
        String text = sent.get(parameter);
        ParamConverter<?> converter = converters.getConverter(type, type, parameter.getAnnotations());
        return text == null || converter == null ? text : converter.fromString(text);
    }

    private Object read(JsonNode body, Type type) {
        if ((body == null) != (type == null)) {
            throw type == null
                    ? new UnprocessableEntity("", Code.NOT_ALLOWED, "must be absent")
                    : new UnprocessableEntity("", Code.REQUIRED, "is required");
        }
        return type == null ? null : bodies.read(body, type);
    }

    private ResultView result(String name, Object answer) {
        RestResponse<?> response = answer == null
                ? RestResponse.noContent()
                : answer instanceof RestResponse<?> whole ? whole : RestResponse.ok(answer);
        Object body = response.getEntity();
        String text = body == null
                ? null
                : body instanceof RawJson json ? json.text() : bodies.tree(body).toString();
        var headers = new Headers(
                response.getHeaderString(HttpHeaders.LOCATION),
                body instanceof RawJson json ? EntityTags.of(json) : null);
        return new ResultView(name, response.getStatus(), headers, text);
    }
}
