package dev.quire.metric;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class MetricsResourceIT extends MetricsResourceTest {}
