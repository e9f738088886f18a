package dev.quire.validation;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class TextResourceIT extends TextResourceTest {}
