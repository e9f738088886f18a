package dev.quire.user;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class RolesResourceIT extends RolesResourceTest {}
