package dev.quire.openapi;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;

/** A filter that adds the parts common to many operations to the OpenAPI document, so that no resource repeats them. */
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
