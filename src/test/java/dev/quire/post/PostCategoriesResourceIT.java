package dev.quire.post;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class PostCategoriesResourceIT extends PostCategoriesResourceTest {}
