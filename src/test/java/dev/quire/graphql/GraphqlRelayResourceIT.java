package dev.quire.graphql;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import org.junit.jupiter.api.Tag;

@Tag("native")
@QuarkusIntegrationTest
class GraphqlRelayResourceIT extends GraphqlRelayResourceTest {}
