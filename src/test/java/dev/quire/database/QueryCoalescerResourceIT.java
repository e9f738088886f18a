package dev.quire.database;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class QueryCoalescerResourceIT extends QueryCoalescerResourceTest {}
