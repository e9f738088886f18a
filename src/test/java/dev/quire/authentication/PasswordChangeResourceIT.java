package dev.quire.authentication;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class PasswordChangeResourceIT extends PasswordChangeResourceTest {}
