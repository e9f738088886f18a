package dev.quire.attempt;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class AttemptThrottleResourceIT extends AttemptThrottleResourceTest {}
