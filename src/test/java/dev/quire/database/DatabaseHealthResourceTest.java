package dev.quire.database;

import static io.restassured.RestAssured.given;

import dev.quire.environment.Environment;
import dev.quire.environment.ServiceLog;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** The state of the database, as readiness and the log tell it. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class DatabaseHealthResourceTest {
    private static final int CHECKS = 3;

    /** The log of the service, which may tell nothing else, is held by {@link ServiceLog}. */
    @Test
    void aConnectionThatIsLostByACheckIsNoOutage() throws Exception {
        ServiceLog.expect("The connection that listens for revocations was lost");
        Environment.network().cutWhenUsed();
        try {
            for (int i = 0; i < 10 * CHECKS; i++) {
                given().port(Environment.MANAGEMENT_PORT)
                        .get("/q/health/ready")
                        .then()
                        .statusCode(200);
                Thread.sleep(100);
            }
        } finally {
            Environment.restoreNetwork();
        }
    }
}
