package dev.quire.http;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class LostAnswersResourceIT extends LostAnswersResourceTest {}
