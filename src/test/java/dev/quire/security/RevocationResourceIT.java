package dev.quire.security;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class RevocationResourceIT extends RevocationResourceTest {}
