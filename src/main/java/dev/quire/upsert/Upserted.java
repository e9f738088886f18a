package dev.quire.upsert;

import java.net.URI;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * What create-or-update leaves behind.
 *
 * @param created whether it was not there before
 */
public record Upserted<T>(T view, boolean created) {
    /** 201 with its place when it was made, else 200. */
    public RestResponse<T> answer(URI place) {
        return created
                ? RestResponse.ResponseBuilder.<T>created(place).entity(view).build()
                : RestResponse.ok(view);
    }
}
