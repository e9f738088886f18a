package dev.quire.post;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import org.junit.jupiter.api.Tag;

@QuarkusIntegrationTest
@Tag("native")
class PostCategoriesResourceIT extends PostCategoriesResourceTest {}
