package dev.quire.database;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class DatabaseHealthResourceIT extends DatabaseHealthResourceTest {}
