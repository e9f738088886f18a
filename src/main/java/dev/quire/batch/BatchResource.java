package dev.quire.batch;

import dev.quire.http.Idempotent;
import dev.quire.http.NotBatchable;
import dev.quire.http.WriteResult;
import dev.quire.json.RawJson;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The endpoint for several writes in one request. */
@Path("/batch")
@NotBatchable("a batch is one transaction")
@Tag(name = "Batch", description = "Send several writes at once, which all succeed or all fail")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class BatchResource {
    private final BatchService batches;

    BatchResource(BatchService batches) {
        this.batches = batches;
    }

    @POST
    @Authenticated
    @Idempotent
    @Operation(
            operationId = "runBatch",
            summary = "Do up to 100 writes, all of them or none",
            description =
                    "Each is authorized, checked and answered as if it were alone, after those before it. One that"
                            + " is refused is the problem of the whole batch, with its place in the member operation and in"
                            + " every pointer; nothing is changed then. The answers have up to 2 Mi characters together.")
    @APIResponseSchema(value = ResultView[].class, responseCode = "200", responseDescription = "What each is answered")
    @APIResponse(responseCode = "404")
    @APIResponse(responseCode = "412")
    @APIResponse(responseCode = "428")
    @RequestBody(
            content =
                    @Content(
                            schema =
                                    @Schema(
                                            type = SchemaType.ARRAY,
                                            implementation = OperationInput.class,
                                            minItems = 1,
                                            maxItems = 100),
                            example = "[{\"method\": \"POST\", \"path\": \"/posts\", \"id\": \"post\","
                                    + " \"body\": {\"title\": \"Notes\", \"content\": \"On the engine.\"}},"
                                    + " {\"method\": \"PUT\", \"path\": \"/posts/$post/categories/3\"}]"))
    public Uni<RestResponse<RawJson>> run(List<OperationInput> operations) {
        return batches.run(operations).map(WriteResult::answer);
    }
}
