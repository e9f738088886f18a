package dev.quire.auth;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class DiscreetRegistrationResourceIT extends DiscreetRegistrationResourceTest {}
