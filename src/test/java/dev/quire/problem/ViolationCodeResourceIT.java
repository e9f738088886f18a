package dev.quire.problem;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ViolationCodeResourceIT extends ViolationCodeResourceTest {}
