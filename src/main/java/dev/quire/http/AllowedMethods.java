package dev.quire.http;

import jakarta.inject.Singleton;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.util.RuntimeResourceVisitor;

/**
 * The methods of each path and the media types of each method. Responses to OPTIONS, 405 and 415 must name them (RFC 9110,
 * sections 9.3.7 and 15.5.6; RFC 5789, section 3.1). Quarkus omits them, or names those of other paths.
 */
@Singleton
public class AllowedMethods {
    static final String ACCEPT_PATCH = "Accept-Patch";

    private static final String NDJSON = "application/x-ndjson";

    private volatile List<Template> templates;

    /**
     * The media types of an operation.
     *
     * @param produced the media types of the response, the preferred first; empty when a success never has a body
     * @param consumed the media types of the request body; empty when the operation reads no body
     */
    public record Media(Set<String> produced, Set<String> consumed) {}

    /** @param literal the number of characters outside parameters; the template with the most is the most specific match */
    private record Template(Pattern pattern, int literal, Map<String, Media> operations) {
        static Template of(String template) {
            return new Template(
                    Pattern.compile(template.replaceAll("\\{[^}]+}", "[^/]+")),
                    template.replaceAll("\\{[^}]+}", "").length(),
                    new HashMap<>());
        }
    }

    @ServerRequestFilter(preMatching = true)
    public Response answerOptions(ContainerRequestContext request) {
        String path = request.getUriInfo().getRequestUri().getRawPath();
        if (!request.getMethod().equals(HttpMethod.OPTIONS) || of(path).isEmpty()) {
            return null;
        }
        var allowed = new TreeSet<>(of(path));
        allowed.add(HttpMethod.OPTIONS);
        var answer = Response.ok().header(HttpHeaders.ALLOW, String.join(", ", allowed));
        patches(path).ifPresent(types -> answer.header(ACCEPT_PATCH, types));
        return answer.build();
    }

    /** Returns the methods of this path, sorted. Must be called within a request. */
    Set<String> of(String path) {
        var allowed = new TreeSet<String>();
        matching(path).forEach(template -> allowed.addAll(template.operations.keySet()));
        return allowed;
    }

    /** Returns the {@code Accept-Patch} value of this path: its media types of patches. Must be called within a request. */
    Optional<String> patches(String path) {
        return media(HttpMethod.PATCH, path).map(media -> String.join(", ", media.consumed));
    }

    /** Returns the media types of an operation, which may not exist. Must be called within a request. */
    public Optional<Media> media(String method, String path) {
        return matching(path)
                .filter(template -> template.operations.containsKey(method))
                .max(Comparator.comparingInt(Template::literal))
                .map(template -> template.operations.get(method));
    }

    private Stream<Template> matching(String path) {
        if (templates == null) {
            templates = read();
        }
        return templates.stream()
                .filter(template -> template.pattern.matcher(path).matches());
    }

    private static List<Template> read() {
        var byPath = new HashMap<String, Template>();
        RuntimeResourceVisitor.visitRuntimeResources(
                "/", CurrentRequestManager.get().getDeployment().getClassMappers(), new RuntimeResourceVisitor() {
                    @Override
                    public void visitRuntimeResource(String method, String path, RuntimeResource resource) {
                        Map<String, Media> operations = byPath.computeIfAbsent(path, Template::of).operations;
                        Media media =
                                operations.computeIfAbsent(method, key -> new Media(new TreeSet<>(), new TreeSet<>()));
                        add(resource, media);
                        if (method.equals(HttpMethod.GET)) {
                            operations.put(HttpMethod.HEAD, media);
                        }
                    }
                });
        return new ArrayList<>(byPath.values());
    }

    private static void add(RuntimeResource resource, Media media) {
        if (resource.getReturnType() == null) {
            // This resource stands for two operations, a page and a stream. Quarkus does not list their media types.
            media.produced.addAll(List.of(MediaType.APPLICATION_JSON, NDJSON));
            return;
        }
        if (!resource.getReturnType().getTypeName().contains(Void.class.getName())) {
            for (MediaType type : resource.getProduces().getSortedOriginalMediaTypes()) {
                media.produced.add(type.toString());
            }
        }
        if (Stream.of(resource.getLazyMethod().getMethod().getParameters()).anyMatch(AllowedMethods::isBody)) {
            resource.getConsumes().forEach(type -> media.consumed.add(type.toString()));
        }
    }

    /** Returns whether this parameter of an operation is the body. */
    public static boolean isBody(Parameter parameter) {
        return Stream.of(PathParam.class, QueryParam.class, HeaderParam.class, BeanParam.class, Context.class)
                .noneMatch(parameter::isAnnotationPresent);
    }
}
