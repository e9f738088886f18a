package dev.quire.graphql;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class GraphqlResourceIT extends GraphqlResourceTest {}
