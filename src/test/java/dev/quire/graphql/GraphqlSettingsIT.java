package dev.quire.graphql;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.quire.environment.Program;
import io.restassured.response.ValidatableResponse;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program without introspection, whose metrics tell an operation apart. */
class GraphqlSettingsIT {
    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static Program program;

    @BeforeAll
    static void start() throws Exception {
        postgres = EmbeddedPostgres.start();
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        var environment = new HashMap<>(Program.environment(postgres, keys));
        environment.put("QUIRE_GRAPHQL_INTROSPECTION", "false");
        environment.put("QUIRE_GRAPHQL_OPERATIONS", "FrontPage,Feed");
        program = new Program(environment, folder).await();
        program.awaitReadiness(200);
    }

    @AfterAll
    static void stop() throws Exception {
        program.close();
        postgres.close();
    }

    private static ValidatableResponse query(String query) {
        return given().port(program.port())
                .contentType("application/json")
                .body(Map.of("query", query))
                .post("/graphql")
                .then();
    }

    @Test
    void introspectionIsRefusedWhenSwitchedOff() {
        for (String introspection : new String[] {
            "{ __schema { queryType { name } } }",
            "{ posts { totalCount } other: __type(name: \"Post\") { name } }",
            "{ ...hidden } fragment hidden on Query { __schema { types { name } } }"
        }) {
            query(introspection)
                    .statusCode(400)
                    .body("data", nullValue())
                    .body("errors[0].message", equalTo("Introspection is switched off."));
        }
        query("{ __typename posts { __typename } }")
                .statusCode(200)
                .body("data.posts.__typename", equalTo("PostConnection"));
    }

    @Test
    void metricsHaveOnlyConfiguredOperationNames() {
        query("query FrontPage { posts { totalCount } }").statusCode(200);
        query("query Stranger { posts { totalCount } }").statusCode(200);

        given().port(program.managementPort())
                .get("/q/metrics")
                .then()
                .body(containsString("graphql_operations_seconds_count{operation=\"FrontPage\"} 1"))
                .body(containsString("graphql_operations_seconds_count{operation=\"Feed\"} 0"))
                .body(containsString("graphql_operations_seconds_count{operation=\"OTHER\"}"))
                .body(not(containsString("Stranger")));
    }
}
