package dev.quire.http;

import dev.quire.json.RawJson;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Request;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/**
 * The parameters of every export, and its response: the rows of a list, one in each line, without limit. A list also streams
 * them itself if the client accepts {@link PageParameters#NDJSON}. Generated clients need an operation with one media type.
 */
public class ExportParameters {
    @QueryParam("sort")
    @Parameter(description = PageParameters.SORT)
    String sort;

    @Context
    Request method;

    /** Returns the sort; null for that of the list. */
    public String sort() {
        return sort;
    }

    /**
     * Returns the lines, but only the first for HEAD. Its response sends no lines, so there would be no back-pressure on
     * reading more.
     */
    public Multi<RawJson> answer(Multi<RawJson> lines) {
        return answer(lines, method);
    }

    static Multi<RawJson> answer(Multi<RawJson> lines, Request method) {
        return method.getMethod().equals(HttpMethod.HEAD) ? lines.select().first() : lines;
    }
}
