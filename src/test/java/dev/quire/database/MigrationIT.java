package dev.quire.database;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Program;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Migration as in a cluster: a job migrates with the role that owns the schema, and the service has a role for rows
 * only.
 */
class MigrationIT {
    private static final String ADMIN = "{\"email\": \"first@quire.test\", \"password\": \"an unusual password\"}";

    @TempDir
    Path folder;

    private EmbeddedPostgres postgres;

    @BeforeEach
    void prepare() throws Exception {
        postgres = EmbeddedPostgres.start();
        Files.writeString(Files.createDirectory(folder.resolve("keys")).resolve("one.pem"), Program.key(2048));
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : Files.readString(Path.of("docker", "roles.sql")).split(";\\s*\n")) {
                statement.execute(sql);
            }
        }
    }

    @AfterEach
    void stopPostgres() throws Exception {
        postgres.close();
    }

    @Test
    void serviceWaitsForASchemaThatAnotherRoleMigrates() throws Exception {
        var service = new HashMap<>(as("quire_service"));
        service.put("QUARKUS_FLYWAY_MIGRATE_AT_START", "false");
        service.put("QUIRE_ADMIN_EMAIL", "first@quire.test");
        service.put("QUIRE_ADMIN_PASSWORD", "an unusual password");
        try (var program = new Program(service, folder)) {
            assertEquals("DOWN", program.awaitReadiness(503).get("checks.find { it.name == 'Schema' }.status"));

            try (var job = new Program(migration(), folder)) {
                assertEquals(0, job.exit(), job.output());
            }

            program.awaitReadiness(200);
            program.await();
            given().port(program.port())
                    .contentType("application/json")
                    .body(ADMIN)
                    .post("/authentication/log-in")
                    .then()
                    .statusCode(200)
                    .body("user.email", equalTo("first@quire.test"));
            // The triggers write as this role, which also reads the identity of the database.
            given().port(program.port()).get("/changes").then().statusCode(200).body("changes.kind", hasItem("author"));
            assertRowsOnly();
        }
    }

    @Test
    void releaseStartsOnTheSchemaOfItsSuccessor() throws Exception {
        try (var job = new Program(migration(), folder)) {
            assertEquals(0, job.exit(), job.output());
        }
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    insert into flyway_schema_history
                    (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
                    values (1000, '1000', 'of the next release', 'SQL', 'V1000__of_the_next_release.sql', 1, 'x', 1, true)
                    """);
        }

        try (var program = new Program(as("quire_owner"), folder)) {
            program.awaitReadiness(200);
        }
    }

    private void assertRowsOnly() throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres", "quire_service", "x");
                Statement statement = connection.createStatement()) {
            for (String sql : new String[] {
                "create table mine (id int)",
                "alter table users add column more text",
                "drop table posts",
                "truncate users cascade"
            }) {
                SQLException refusal = assertThrows(SQLException.class, () -> statement.execute(sql), sql);
                assertEquals("42501", refusal.getSQLState(), sql);
            }
            assertTrue(statement.execute("select count(*) from posts"));
        }
    }

    private Map<String, String> migration() {
        var environment = new HashMap<>(as("quire_owner"));
        environment.put("QUARKUS_INIT_AND_EXIT", "true");
        // The migration job signs no tokens, so it gets no key.
        environment.remove("QUIRE_KEYS_DIRECTORY");
        return environment;
    }

    private Map<String, String> as(String role) {
        return Map.of(
                "QUARKUS_DATASOURCE_REACTIVE_URL",
                "postgresql://localhost:" + postgres.getPort() + "/postgres",
                "QUARKUS_DATASOURCE_USERNAME",
                role,
                "QUARKUS_DATASOURCE_PASSWORD",
                "any",
                "QUIRE_KEYS_DIRECTORY",
                folder.resolve("keys").toString());
    }
}
