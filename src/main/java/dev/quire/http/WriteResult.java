package dev.quire.http;

import dev.quire.json.RawJson;
import jakarta.ws.rs.core.HttpHeaders;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/**
 * What a write leaves behind that makes a row, or may do so.
 *
 * @param place the path of the row
 * @param json the row as every reader sees it
 * @param created whether it was not there before
 */
public record WriteResult(long id, String place, RawJson json, boolean created) {
    /** 201 with its place when it was created, else 200. */
    public RestResponse<RawJson> answer() {
        return created ? created(place, json).build() : RestResponse.ok(json);
    }

    /** Begins a 201. The place stays a path (RFC 9110, 10.2.2): by a URI, Quarkus would put in front what the Host field says. */
    public static ResponseBuilder<RawJson> created(String place, RawJson json) {
        return ResponseBuilder.<RawJson>create(RestResponse.Status.CREATED)
                .header(HttpHeaders.LOCATION, place)
                .entity(json);
    }
}
