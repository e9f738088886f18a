package dev.quire.header;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ClientCacheResourceIT extends ClientCacheResourceTest {}
