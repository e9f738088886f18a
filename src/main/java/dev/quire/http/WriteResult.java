package dev.quire.http;

import dev.quire.json.RawJson;
import jakarta.ws.rs.core.HttpHeaders;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/**
 * The result of a write that creates a row, or may do so.
 *
 * @param place the path of the row
 * @param json the row as every reader sees it
 * @param created whether the row did not exist before
 */
public record WriteResult(long id, String place, RawJson json, boolean created) {
    /** Returns 201 with the path in Location when the row was created, else 200. */
    public RestResponse<RawJson> answer() {
        return created ? created(place, json).build() : RestResponse.ok(json);
    }

    /**
     * Begins a 201. The Location stays a path (RFC 9110, section 10.2.2): Quarkus would prefix a URI with the value of the
     * Host field.
     */
    public static ResponseBuilder<RawJson> created(String place, RawJson json) {
        return ResponseBuilder.<RawJson>create(RestResponse.Status.CREATED)
                .header(HttpHeaders.LOCATION, place)
                .entity(json);
    }
}
