package dev.quire.category;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class CategoryDeletionResourceIT extends CategoryDeletionResourceTest {}
