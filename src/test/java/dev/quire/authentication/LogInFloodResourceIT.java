package dev.quire.authentication;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class LogInFloodResourceIT extends LogInFloodResourceTest {}
