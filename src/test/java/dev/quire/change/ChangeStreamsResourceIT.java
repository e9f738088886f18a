package dev.quire.change;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ChangeStreamsResourceIT extends ChangeStreamsResourceTest {}
