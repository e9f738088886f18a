package dev.quire.database;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import dev.quire.environment.Environment;
import dev.quire.environment.ServiceLog;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** The state of the database, as readiness and the log report it. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class DatabaseHealthResourceTest {
    private static final int CHECKS = 3;

    /** {@link ServiceLog} checks that the service logs nothing else. */
    @Test
    void connectionLostDuringACheckIsNoOutage() throws Exception {
        ServiceLog.expect("The connection that listens for revocations was lost");
        Environment.network().cutWhenUsed();
        try {
            for (int i = 0; i < 10 * CHECKS; i++) {
                given().port(Environment.MANAGEMENT_PORT)
                        .get("/q/health/ready")
                        .then()
                        // The overall status may be down: the connection that listens for revocations is lost as well.
                        .body("checks.find { it.name == 'Database' }.status", equalTo("UP"));
                Thread.sleep(100);
            }
        } finally {
            Environment.restoreNetwork();
        }
    }
}
