package dev.quire.post;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class InversePostsResourceIT extends InversePostsResourceTest {}
