package dev.quire.openapi;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ApiDocumentResourceIT extends ApiDocumentResourceTest {}
