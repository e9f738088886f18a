package dev.quire.batch;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import org.junit.jupiter.api.Tag;

@QuarkusIntegrationTest
@Tag("native")
class BatchResourceIT extends BatchResourceTest {}
