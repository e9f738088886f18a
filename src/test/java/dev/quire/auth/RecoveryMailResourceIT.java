package dev.quire.auth;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import org.junit.jupiter.api.Tag;

@Tag("native")
@QuarkusIntegrationTest
class RecoveryMailResourceIT extends RecoveryMailResourceTest {}
