package dev.quire.observability;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class TraceResourceIT extends TraceResourceTest {}
