package dev.quire.json;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class LimitsResourceIT extends LimitsResourceTest {}
