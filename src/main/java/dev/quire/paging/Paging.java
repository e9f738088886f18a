package dev.quire.paging;

import dev.quire.problem.ProblemException.Malformed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jboss.resteasy.reactive.RestResponse;

/** The parameters of every list, and its answer: an array, with links to its neighbours (RFC 8288). */
public class Paging {
    private static final int MAX_LIMIT = 100;

    @QueryParam("limit")
    @DefaultValue("20")
    @Parameter(
            description = "The most rows on the page",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "" + MAX_LIMIT))
    long limit;

    @QueryParam("cursor")
    @Parameter(description = "Where the page begins: opaque, from a Link of this list")
    String cursor;

    @Context
    UriInfo uri;

    /** Which page is wanted; a malformed limit or cursor is a 400. */
    public PageRequest request() {
        if (limit > MAX_LIMIT) {
            throw Malformed.parameter("limit", "must be from 1 to " + MAX_LIMIT);
        }
        String list = list();
        return new PageRequest(list, (int) limit, cursor == null ? null : Cursor.of(cursor, list));
    }

    /** 200 with the page as an array and its neighbours in {@code Link}. */
    public <T> RestResponse<List<T>> answer(Page<T> page) {
        var links = new ArrayList<String>();
        links.add(link("first", null));
        if (page.prev() != null) {
            links.add(link("prev", page.prev()));
        }
        if (page.next() != null) {
            links.add(link("next", page.next()));
        }
        return RestResponse.ResponseBuilder.ok(page.items())
                .header(HttpHeaders.LINK, String.join(", ", links))
                .build();
    }

    /** Path-absolute, so that it holds behind any proxy. */
    private String link(String relation, String to) {
        URI target = UriBuilder.fromUri(uri.getRequestUri())
                .replaceQueryParam("cursor", to == null ? new Object[0] : new Object[] {to})
                .build();
        String query = target.getRawQuery() == null || target.getRawQuery().isEmpty() ? "" : "?" + target.getRawQuery();
        return "<" + target.getRawPath() + query + ">; rel=\"" + relation + "\"";
    }

    private String list() {
        var parameters = new TreeMap<>(uri.getQueryParameters());
        parameters.remove("limit");
        parameters.remove("cursor");
        return uri.getPath() + parameters;
    }
}
