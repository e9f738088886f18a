package dev.quire.change;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ExactChangesResourceIT extends ExactChangesResourceTest {}
