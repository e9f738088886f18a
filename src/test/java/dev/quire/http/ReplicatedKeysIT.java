package dev.quire.http;

import static dev.quire.http.Creation.KEY;
import static dev.quire.http.Creation.countCreated;
import static dev.quire.http.Creation.unique;
import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Program;
import dev.quire.environment.Race;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two replicas on one database that are sent the same request at once. */
class ReplicatedKeysIT {
    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static List<Program> programs;
    private static String token;

    @BeforeAll
    static void start() throws Exception {
        postgres = EmbeddedPostgres.start();
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        Map<String, String> environment = Program.environment(postgres, keys);
        programs = List.of(new Program(environment, folder).await(), new Program(environment, folder).await());
        token = given().port(programs.get(0).port())
                .contentType(ContentType.JSON)
                .body(Program.ADMIN)
                .post("/authentication/log-in")
                .path("accessToken");
    }

    @AfterAll
    static void stop() throws Exception {
        programs.forEach(Program::close);
        postgres.close();
    }

    @ParameterizedTest
    @EnumSource
    void replicasCreateOnceAndShareTheAnswer(Creation creation) throws Exception {
        String word = unique();

        List<Response> answers = Race.run(20, i -> send(i % 2, creation, word));

        List<Integer> statuses = answers.stream().map(Response::statusCode).toList();
        assertTrue(statuses.contains(201), statuses::toString);
        assertTrue(List.of(201, 409).containsAll(statuses), statuses::toString);
        List<String> equal = IntStream.range(0, answers.size())
                .mapToObj(i -> answers.get(i).statusCode() == 201 ? answers.get(i) : send((i + 1) % 2, creation, word))
                .map(answer -> answer.statusCode() + " "
                        + URI.create(answer.header("Location")).getPath() + answer.asString())
                .distinct()
                .toList();
        assertEquals(1, equal.size(), equal::toString);
        try (Connection connection = postgres.getPostgresDatabase().getConnection()) {
            assertEquals(creation.once, countCreated(connection, word));
        }
    }

    private static Response send(int replica, Creation creation, String word) {
        RequestSpecification request = given().port(programs.get(replica).port());
        return (creation == Creation.REGISTRATION ? request : request.auth().oauth2(token))
                .contentType(ContentType.JSON)
                .header(KEY, word)
                .body(creation.body(word))
                .post(creation.path);
    }
}
