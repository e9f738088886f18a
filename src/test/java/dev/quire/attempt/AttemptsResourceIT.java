package dev.quire.attempt;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class AttemptsResourceIT extends AttemptsResourceTest {}
