package dev.quire.upsert;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class LocationResourceIT extends LocationResourceTest {}
