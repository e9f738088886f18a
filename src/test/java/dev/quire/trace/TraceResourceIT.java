package dev.quire.trace;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class TraceResourceIT extends TraceResourceTest {}
