package dev.quire.http;

import dev.quire.json.RawJson;
import dev.quire.problem.ProblemException.BadRequest;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jboss.resteasy.reactive.RestResponse;

/** The parameters of every list, and its answer: an array, with links to its neighbours (RFC 8288). */
public class PageParameters {
    /** A JSON value in each line. */
    public static final String NDJSON = "application/x-ndjson";

    private static final int MAX_LIMIT = 100;
    private static final String DEFAULT_LIMIT = "20";

    /** In bytes: what proxies take of one header field. */
    private static final int LONGEST_LINKS = 3000;

    /** In bytes, of the path and the query without a cursor: with one, the link is no longer than all links may be. */
    private static final int LONGEST_TARGET = 2500;

    private static final Predicate<String> LIMITS =
            Pattern.compile("[1-9]\\d?|" + MAX_LIMIT).asMatchPredicate();
    private static final String COUNTED = "count=exact";

    /** A preference (RFC 7240), which may have parameters of its own. */
    private static final Predicate<String> COUNTS =
            Pattern.compile("(?i:count)\\s*=\\s*(exact|\"exact\")\\s*(;.*)?").asMatchPredicate();

    private static final Predicate<String> IS_COUNT =
            Pattern.compile("(?i:count)\\s*([=;].*)?").asMatchPredicate();

    @QueryParam("limit")
    @DefaultValue(DEFAULT_LIMIT)
    @Parameter(
            description =
                    "The most rows on the page; there are fewer when they are longer than 1 MiB together, and Link leads on",
            schema =
                    @Schema(
                            type = SchemaType.INTEGER,
                            minimum = "1",
                            maximum = "" + MAX_LIMIT,
                            defaultValue = DEFAULT_LIMIT))
    String limit;

    @QueryParam("cursor")
    @Parameter(description = "Where the page begins: opaque, from a Link of this list")
    String cursor;

    @QueryParam("sort")
    @Parameter(description = "By what the list is sorted, the greatest first behind a minus; the id breaks ties")
    String sort;

    @HeaderParam("Prefer")
    @Parameter(
            description = "count=exact adds X-Total-Count to the answer (RFC 7240); nothing is counted without",
            schema = @Schema(type = SchemaType.STRING, examples = COUNTED))
    List<String> prefer;

    @Context
    UriInfo uri;

    @Context
    Request method;

    /**
     * Returns which page is wanted.
     *
     * @throws BadRequest when the limit or the cursor is malformed, or the request is too long for a link to its next page
     */
    public PageRequest request() {
        if (target(null).length() > LONGEST_TARGET) {
            throw new BadRequest(
                    "The path and the query of a list have at most " + LONGEST_TARGET + " bytes, without the cursor.",
                    List.of());
        }
        if (!LIMITS.test(limit)) {
            throw BadRequest.parameter("limit", "must be from 1 to " + MAX_LIMIT);
        }
        String list = list();
        return new PageRequest(
                list, sort, Integer.parseInt(limit), cursor == null ? null : Cursor.of(cursor, list), counted());
    }

    /** The sort of a stream, which has neither a limit nor a beginning: to ask for one is a 400. */
    public String sortOfAll() {
        for (String parameter : List.of("limit", "cursor")) {
            if (uri.getQueryParameters().containsKey(parameter)) {
                throw BadRequest.parameter(parameter, "is not allowed with " + NDJSON + ", which has every row");
            }
        }
        return sort;
    }

    /** Preferences that are not known are ignored, and of several with one name all but the first (RFC 7240, section 2). */
    private boolean counted() {
        return ListField.elements(prefer).stream()
                .filter(IS_COUNT)
                .findFirst()
                .filter(COUNTS)
                .isPresent();
    }

    /** 200 with the page, its neighbours in {@code Link}, and the number of all rows if it was wanted. */
    public RestResponse<RawJson> answer(Page page) {
        var answer = RestResponse.ResponseBuilder.ok(page.json()).header(HttpHeaders.LINK, links(page));
        if (page.total() != null) {
            answer.header("X-Total-Count", page.total()).header("Preference-Applied", COUNTED);
        }
        return answer.build();
    }

    /** The same lines; of no more than a HEAD needs, who would not wait for them to be sent before more are read. */
    public Multi<RawJson> answer(Multi<RawJson> lines) {
        return method.getMethod().equals(HttpMethod.HEAD) ? lines.select().first() : lines;
    }

    /** As many as proxies take: rather the next page than the one before, and that than the first. */
    private String links(Page page) {
        String links = page.next() == null ? "" : link("next", page.next());
        if (page.prev() != null) {
            links = before(link("prev", page.prev()), links);
        }
        return before(link("first", null), links);
    }

    private static String before(String link, String links) {
        if (links.isEmpty()) {
            return link;
        }
        String all = link + ", " + links;
        return all.length() > LONGEST_LINKS ? links : all;
    }

    private String link(String relation, String to) {
        return "<" + target(to) + ">; rel=\"" + relation + "\"";
    }

    /** Path-absolute, so that it holds behind any proxy. */
    private String target(String to) {
        URI target = UriBuilder.fromUri(uri.getRequestUri())
                .replaceQueryParam("cursor", to == null ? new Object[0] : new Object[] {to})
                .build();
        String query = target.getRawQuery() == null || target.getRawQuery().isEmpty() ? "" : "?" + target.getRawQuery();
        return target.getRawPath() + query;
    }

    private String list() {
        // A list is the same whether its elements are separated by commas or given one by one.
        var parameters = new TreeMap<String, List<String>>();
        uri.getQueryParameters().forEach((name, values) -> parameters.put(name, List.of(String.join(",", values))));
        parameters.remove("limit");
        parameters.remove("cursor");
        return uri.getPath() + parameters;
    }
}
