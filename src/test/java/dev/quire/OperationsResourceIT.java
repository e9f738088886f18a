package dev.quire;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import org.junit.jupiter.api.Tag;

@QuarkusIntegrationTest
@Tag("native")
class OperationsResourceIT extends OperationsResourceTest {}
