package dev.quire.change;

import static io.restassured.RestAssured.given;

import dev.quire.environment.Program;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies that are exact while everything changes, and the packaged program is killed, stopped and started again. */
class ExactChangesIT {
    @TempDir
    Path folder;

    private static final class Restarted implements ExactChanges.Service, AutoCloseable {
        private final EmbeddedPostgres postgres;
        private final Map<String, String> environment;
        private final Path folder;
        private volatile Program program;
        private boolean isKilled;

        Restarted(EmbeddedPostgres postgres, Map<String, String> environment, Path folder) throws Exception {
            this.postgres = postgres;
            this.environment = environment;
            this.folder = folder;
            program = start();
        }

        private Program start() throws Exception {
            return new Program(environment, folder).await();
        }

        @Override
        public Connection connect() throws SQLException {
            return postgres.getPostgresDatabase().getConnection();
        }

        @Override
        public int port() {
            return program.port();
        }

        /** Kills the program, or stops it, in turns, and starts it again. */
        @Override
        public void disturb() throws Exception {
            isKilled = !isKilled;
            if (isKilled) {
                program.close();
            } else {
                program.terminate();
            }
            program.exit();
            program = start();
        }

        @Override
        public void close() {
            program.close();
        }
    }

    @Test
    void copiesEqualTheDatabaseWhileTheProgramRestarts() throws Exception {
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
                var service = new Restarted(postgres, Program.environment(postgres, keys), folder)) {
            List<ExactChanges.User> users = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                users.add(register(service.port(), i));
            }
            new ExactChanges(service, users).run();
        }
    }

    private static ExactChanges.User register(int port, int number) {
        Map<String, String> user = Map.of(
                "email",
                "writer-" + number + "@quire.test",
                "name",
                "Writer " + number,
                "password",
                "an unusual password");
        JsonPath session = given().port(port)
                .contentType(ContentType.JSON)
                .body(user)
                .post("/authentication/register")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath();
        String token = given().port(port)
                .contentType(ContentType.JSON)
                .body(Map.of("email", user.get("email"), "password", user.get("password")))
                .post("/authentication/log-in")
                .path("accessToken");
        return new ExactChanges.User(session.getLong("id"), token);
    }
}
