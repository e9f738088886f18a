package dev.quire.paging;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class PagesResourceIT extends PagesResourceTest {}
