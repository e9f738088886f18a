package dev.quire.upsert;

import dev.quire.json.Json;
import java.net.URI;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * What a write leaves behind that makes a row, or may do so.
 *
 * @param json the row as every reader sees it
 * @param created whether it was not there before
 */
public record Upserted(long id, Json json, boolean created) {
    /** 201 with its place when it was made, else 200. */
    public RestResponse<Json> answer(String place) {
        return created
                ? RestResponse.ResponseBuilder.<Json>created(URI.create(place))
                        .entity(json)
                        .build()
                : RestResponse.ok(json);
    }

    /** The same, where the place is this path and the id. */
    public RestResponse<Json> answerBelow(String path) {
        return answer(path + id);
    }
}
