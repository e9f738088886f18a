package dev.quire.precondition;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class PreconditionResourceIT extends PreconditionResourceTest {}
