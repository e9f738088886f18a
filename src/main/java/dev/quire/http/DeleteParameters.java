package dev.quire.http;

import dev.quire.problem.ProblemException.BadRequest;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jboss.resteasy.reactive.RestResponse;

/** The parameter of every DELETE, and its answer. */
public class DeleteParameters {
    @QueryParam("dryRun")
    @DefaultValue("false")
    @Parameter(description = "Change nothing, and answer 200 with what would be deleted, unlinked and reassigned")
    boolean dryRun;

    /**
     * As in a URL that JAX-RS does not read.
     *
     * @param dryRun null when it is absent
     * @throws BadRequest when it is no flag
     */
    public static DeleteParameters of(String dryRun) {
        var deleting = new DeleteParameters();
        deleting.dryRun = dryRun != null && Parameters.flag("dryRun", dryRun);
        return deleting;
    }

    /** Whether nothing is to be changed. */
    public boolean dryRun() {
        return dryRun;
    }

    /** 204, or 200 with the plan when nothing was to be changed. */
    public RestResponse<DeletionReport> answer(DeletionReport deletion) {
        return dryRun ? RestResponse.ok(deletion) : RestResponse.noContent();
    }
}
