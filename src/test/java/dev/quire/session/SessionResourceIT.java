package dev.quire.session;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class SessionResourceIT extends SessionResourceTest {}
