package dev.quire.openapi;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;

/** Completes the OpenAPI document with what holds for many operations, so that no resource has to repeat it. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ApiDocument implements OASFilter {
    @Override
    public void filterOpenAPI(OpenAPI document) {
        Schemas.tidy(document);
        Patches.complete(document);
        Answers.complete(document);
        Selections.complete(document);
        Retries.complete(document);
        Components.share(document);
    }
}
