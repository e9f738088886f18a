package dev.quire.idempotency;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class LostAnswersResourceIT extends LostAnswersResourceTest {}
