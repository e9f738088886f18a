package dev.quire.problem;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class UploadResourceIT extends UploadResourceTest {}
