package dev.quire.text;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class TextResourceIT extends TextResourceTest {}
