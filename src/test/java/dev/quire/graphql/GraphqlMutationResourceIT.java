package dev.quire.graphql;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class GraphqlMutationResourceIT extends GraphqlMutationResourceTest {}
