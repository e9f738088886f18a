package dev.quire.paging;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class PagingResourceIT extends PagingResourceTest {}
