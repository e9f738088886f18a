package dev.quire.idempotency;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class IdempotencyKeyResourceIT extends IdempotencyKeyResourceTest {}
