package dev.quire.http;

import dev.quire.problem.ProblemException.NotAcceptable;
import dev.quire.problem.ProblemException.UnsupportedMedia;
import dev.quire.problem.Violation.Code;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * The only place that evaluates Accept, Content-Type and Content-Encoding (RFC 9110, sections 8.3, 8.4 and 12.5.1), before
 * the request is matched to a resource. It leaves at most one media type in a field, which Quarkus reads in the same way for
 * every resource.
 */
public class ContentNegotiation {
    private static final Pattern WEIGHT = Pattern.compile("(?i)q=([01](?:\\.\\d{0,3})?|\\.\\d{1,3})");

    private final AllowedMethods methods;

    ContentNegotiation(AllowedMethods methods) {
        this.methods = methods;
    }

    @ServerRequestFilter(preMatching = true)
    public void negotiate(ContainerRequestContext request, RoutingContext context) {
        MultivaluedMap<String, String> headers = request.getHeaders();
        List<String> accepted = headers.getOrDefault(HttpHeaders.ACCEPT, List.of());
        List<String> types = headers.getOrDefault(HttpHeaders.CONTENT_TYPE, List.of());
        List<String> codings = headers.getOrDefault(HttpHeaders.CONTENT_ENCODING, List.of());
        boolean simple =
                isNothingBut(accepted, MediaType.WILDCARD) || isNothingBut(accepted, MediaType.APPLICATION_JSON);
        if (simple && isNothingBut(types, MediaType.APPLICATION_JSON) && codings.isEmpty()) {
            // Most requests look like this, and Quarkus needs no change to read them.
            return;
        }
        methods.media(request.getMethod(), request.getUriInfo().getRequestUri().getRawPath())
                .ifPresent(media -> {
                    set(headers, HttpHeaders.CONTENT_TYPE, bodyType(types, codings, media.consumed()));
                    boolean answered = !request.getMethod().equals(HttpMethod.DELETE) || isDryRun(request);
                    String best = answered ? best(media.produced(), accepted) : null;
                    set(headers, HttpHeaders.ACCEPT, best);
                    // For a method with several media types, Quarkus reads the field of the request itself.
                    MultiMap sent = context.request().headers().remove(HttpHeaders.ACCEPT);
                    if (best != null) {
                        sent.set(HttpHeaders.ACCEPT, best);
                    }
                });
    }

    private static boolean isNothingBut(List<String> fields, String type) {
        return fields.isEmpty() || fields.size() == 1 && fields.get(0).equals(type);
    }

    /** Returns whether a DELETE is a dry run, which responds with a report. Any other DELETE has no response body. */
    private static boolean isDryRun(ContainerRequestContext request) {
        return "true".equals(request.getUriInfo().getQueryParameters().getFirst("dryRun"));
    }

    private static void set(MultivaluedMap<String, String> headers, String name, String value) {
        if (value == null) {
            headers.remove(name);
        } else {
            headers.putSingle(name, value);
        }
    }

    /**
     * Returns the media type of the body; null when none is sent, or when the operation reads no body and so ignores it.
     *
     * @throws UnsupportedMedia when the operation can't read this media type or content coding
     */
    private static String bodyType(List<String> types, List<String> codings, Set<String> consumed) {
        if (consumed.isEmpty()) {
            return null;
        }
        if (!ListField.elements(codings).stream().allMatch("identity"::equalsIgnoreCase)) {
            throw new UnsupportedMedia(HttpHeaders.CONTENT_ENCODING, Code.UNSUPPORTED, "must be identity, or absent");
        }
        if (types.isEmpty() || types.get(0).isBlank()) {
            return null;
        }
        String type = essence(types.get(0));
        if (types.size() > 1 || !consumed.contains(type)) {
            throw new UnsupportedMedia(
                    HttpHeaders.CONTENT_TYPE, Code.UNSUPPORTED, "must be " + String.join(" or ", consumed));
        }
        return type;
    }

    /**
     * Returns the media type of the response that the client prefers, the first of several; null when there is no
     * preference or no response body.
     *
     * @throws NotAcceptable when the client accepts none of them
     */
    private static String best(Set<String> produced, List<String> accepted) {
        List<String> ranges = ListField.elements(accepted);
        if (ranges.isEmpty() || produced.isEmpty()) {
            return null;
        }
        String best = null;
        double most = 0;
        for (String type : produced) {
            double weight = weight(type, ranges);
            if (weight > most) {
                most = weight;
                best = type;
            }
        }
        if (best == null) {
            throw new NotAcceptable(produced);
        }
        return best;
    }

    /** Returns the weight of the most specific range that includes the media type; 0 when none does. */
    private static double weight(String type, Collection<String> ranges) {
        for (String specific : List.of(type, type.replaceFirst("/.*", "/*"), MediaType.WILDCARD)) {
            var weights = ranges.stream()
                    .filter(range -> essence(range).equals(specific))
                    .mapToDouble(ContentNegotiation::weight)
                    .max();
            if (weights.isPresent()) {
                return weights.getAsDouble();
            }
        }
        return 0;
    }

    /** Returns the weight of a range: 1 if it has none, 0 if its weight can't be read. */
    private static double weight(String range) {
        for (String parameter : ListField.split(range, ';')) {
            if (parameter.toLowerCase(Locale.ROOT).startsWith("q=")) {
                var weight = WEIGHT.matcher(parameter);
                return weight.matches() ? Math.min(1, Double.parseDouble(weight.group(1))) : 0;
            }
        }
        return 1;
    }

    /** Returns type and subtype without parameters, because our media types have no parameters. */
    private static String essence(String mediaType) {
        String essence = mediaType.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
        // Sent by clients of old Java versions
        return essence.equals("*") ? MediaType.WILDCARD : essence;
    }
}
