package dev.quire.environment;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class Http2ResourceIT extends Http2ResourceTest {}
