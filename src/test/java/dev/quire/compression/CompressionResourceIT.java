package dev.quire.compression;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class CompressionResourceIT extends CompressionResourceTest {}
