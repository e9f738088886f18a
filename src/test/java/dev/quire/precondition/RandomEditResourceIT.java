package dev.quire.precondition;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class RandomEditResourceIT extends RandomEditResourceTest {}
