package dev.quire.database;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class LockedRowsResourceIT extends LockedRowsResourceTest {}
