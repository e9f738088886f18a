package dev.quire.graphql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The schema in the repository, which clients are generated from. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class GraphqlSchemaTest {
    @Inject
    GraphqlSchema schema;

    @Test
    void committedSchemaEqualsTheRepresentations() throws IOException {
        Path made = Path.of("target", "schema.graphql");
        Files.writeString(made, schema.text());

        assertEquals(
                schema.text(),
                Files.readString(Path.of("src", "main", "graphql", "schema.graphql")),
                () -> "copy " + made + " to src/main/graphql");
    }
}
