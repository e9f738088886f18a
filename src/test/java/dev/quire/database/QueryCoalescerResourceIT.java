package dev.quire.database;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import org.junit.jupiter.api.Tag;

@QuarkusIntegrationTest
@Tag("native")
class QueryCoalescerResourceIT extends QueryCoalescerResourceTest {}
