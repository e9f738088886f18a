package dev.quire.openapi;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import io.smallrye.openapi.api.util.UnusedSchemaFilter;
import org.eclipse.microprofile.openapi.OASFilter;

/** A filter that, after {@link ApiDocument}, removes the schemas that nothing refers to any longer. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD, priority = 0)
public class UnusedSchemas extends UnusedSchemaFilter implements OASFilter {}
