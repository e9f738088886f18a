package dev.quire.comment;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class CommentResourceIT extends CommentResourceTest {}
