package dev.quire.http;

import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jboss.resteasy.reactive.RestResponse;

/** The parameter of every DELETE, and its response. */
public class DeleteParameters {
    @QueryParam("dryRun")
    @DefaultValue("false")
    @Parameter(description = "Change nothing, and answer 200 with what would be deleted, unlinked and reassigned")
    public boolean dryRun;

    /** Returns whether nothing is to be changed. */
    public boolean dryRun() {
        return dryRun;
    }

    /** Returns 204, or 200 with the report when nothing was to be changed. */
    public RestResponse<DeletionReport> answer(DeletionReport deletion) {
        return dryRun ? RestResponse.ok(deletion) : RestResponse.noContent();
    }
}
