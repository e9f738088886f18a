package dev.quire.http;

import dev.quire.json.RawJson;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.Violation.Code;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
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

/** The parameters of every list, and its response: an array, with links to the neighbouring pages (RFC 8288). */
public class PageParameters {
    /** The media type of responses with a JSON value in each line. */
    public static final String NDJSON = "application/x-ndjson";

    static final String SORT = "By what the list is sorted, the greatest first behind a minus; the id breaks ties";

    private static final int MAX_LIMIT = 100;
    private static final String DEFAULT_LIMIT = "20";

    /** The longest header field that proxies accept, in bytes. */
    private static final int LONGEST_LINKS = 3000;

    /**
     * The longest path and query without a cursor, in bytes. With a cursor, a link still fits into the limit of all links.
     */
    private static final int LONGEST_TARGET = 2500;

    private static final Predicate<String> LIMITS =
            Pattern.compile("[1-9]\\d?|" + MAX_LIMIT).asMatchPredicate();
    private static final String COUNTED = "count=exact";

    /** A preference for the total (RFC 7240), which may have parameters of its own. */
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
    @Parameter(description = SORT)
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
     * Returns the requested page.
     *
     * @throws BadRequest when the limit or the cursor is malformed, or when the request is too long for a link to its next
     *     page
     */
    public PageRequest request() {
        if (target(null).length() > LONGEST_TARGET) {
            throw new BadRequest(
                    "The path and the query of a list have at most " + LONGEST_TARGET + " bytes, without the cursor.",
                    List.of());
        }
        if (!LIMITS.test(limit)) {
            throw BadRequest.parameter("limit", Code.INVALID, "must be from 1 to " + MAX_LIMIT);
        }
        String list = list();
        return new PageRequest(
                list, sort, Integer.parseInt(limit), cursor == null ? null : Cursor.of(cursor, list), counted());
    }

    /** Returns the sort of a stream, which has neither a limit nor a cursor: a request with either is rejected with 400. */
    public String sortOfAll() {
        for (String parameter : List.of("limit", "cursor")) {
            if (uri.getQueryParameters().containsKey(parameter)) {
                throw BadRequest.parameter(
                        parameter, Code.NOT_ALLOWED, "is not allowed with " + NDJSON + ", which has every row");
            }
        }
        return sort;
    }

    /**
     * Returns whether the total is requested. Unknown preferences are ignored, and so are all but the first of several with
     * one name (RFC 7240, section 2).
     */
    private boolean counted() {
        return ListField.elements(prefer).stream()
                .filter(IS_COUNT)
                .findFirst()
                .filter(COUNTS)
                .isPresent();
    }

    /**
     * Returns 200 with the page, the neighbouring pages in {@code Link}, and the total number of rows if it was requested.
     */
    public RestResponse<RawJson> answer(Page page) {
        var answer = RestResponse.ResponseBuilder.ok(page.json()).header(HttpHeaders.LINK, links(page));
        if (page.total() != null) {
            answer.header("X-Total-Count", page.total()).header("Preference-Applied", COUNTED);
        }
        return answer.build();
    }

    /** Returns the lines as {@link ExportParameters} does. */
    public Multi<RawJson> answer(Multi<RawJson> lines) {
        return ExportParameters.answer(lines, method);
    }

    /**
     * Returns as many links as proxies accept. The next page has priority over the previous page, and both over the first.
     */
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

    /** Returns a path-absolute reference, which is valid behind any proxy. */
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
