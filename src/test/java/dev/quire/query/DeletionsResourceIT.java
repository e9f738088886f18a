package dev.quire.query;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class DeletionsResourceIT extends DeletionsResourceTest {}
