package dev.quire.parameter;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ParametersResourceIT extends ParametersResourceTest {}
