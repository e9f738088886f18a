package dev.quire.idempotency;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ConcurrentKeyResourceIT extends ConcurrentKeyResourceTest {}
