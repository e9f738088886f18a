package dev.quire.revocation;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class RevocationResourceIT extends RevocationResourceTest {}
