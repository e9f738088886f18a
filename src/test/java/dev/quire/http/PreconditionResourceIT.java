package dev.quire.http;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import org.junit.jupiter.api.Tag;

@QuarkusIntegrationTest
@Tag("native")
class PreconditionResourceIT extends PreconditionResourceTest {}
