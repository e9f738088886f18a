package dev.quire.password;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class RehashingResourceIT extends RehashingResourceTest {}
