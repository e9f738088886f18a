package dev.quire.batch;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class BatchResourceIT extends BatchResourceTest {}
