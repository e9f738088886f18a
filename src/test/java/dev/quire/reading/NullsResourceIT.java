package dev.quire.reading;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class NullsResourceIT extends NullsResourceTest {}
