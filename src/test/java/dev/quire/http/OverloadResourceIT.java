package dev.quire.http;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class OverloadResourceIT extends OverloadResourceTest {}
