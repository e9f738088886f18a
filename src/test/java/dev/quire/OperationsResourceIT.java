package dev.quire;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class OperationsResourceIT extends OperationsResourceTest {}
