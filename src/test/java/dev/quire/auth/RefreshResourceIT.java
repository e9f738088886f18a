package dev.quire.auth;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import org.junit.jupiter.api.Tag;

@QuarkusIntegrationTest
@Tag("native")
class RefreshResourceIT extends RefreshResourceTest {}
