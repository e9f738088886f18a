package dev.quire.auth;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class LogInFloodResourceIT extends LogInFloodResourceTest {}
