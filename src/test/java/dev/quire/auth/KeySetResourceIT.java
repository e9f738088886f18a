package dev.quire.auth;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class KeySetResourceIT extends KeySetResourceTest {}
