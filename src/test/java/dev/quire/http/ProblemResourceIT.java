package dev.quire.http;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ProblemResourceIT extends ProblemResourceTest {}
