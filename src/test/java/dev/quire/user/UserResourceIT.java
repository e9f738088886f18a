package dev.quire.user;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class UserResourceIT extends UserResourceTest {}
