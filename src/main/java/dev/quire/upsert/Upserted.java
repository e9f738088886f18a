package dev.quire.upsert;

import dev.quire.json.Json;
import java.net.URI;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/**
 * What a write leaves behind that makes a row, or may do so.
 *
 * @param place the path of the row
 * @param json the row as every reader sees it
 * @param created whether it was not there before
 */
public record Upserted(long id, String place, Json json, boolean created) {
    /** 201 with its place when it was made, else 200. */
    public RestResponse<Json> answer() {
        return created
                ? ResponseBuilder.<Json>created(URI.create(place)).entity(json).build()
                : RestResponse.ok(json);
    }
}
