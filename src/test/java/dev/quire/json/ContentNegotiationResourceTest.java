package dev.quire.json;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.OpenApiContractFilter;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.builder.RequestSpecBuilder;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Accept, Content-Type and Content-Encoding, which mean the same to every operation of the document. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class ContentNegotiationResourceTest {
    private static final String NDJSON = "application/x-ndjson";
    private static final String CREDENTIALS = "{\"email\": \"%s\", \"password\": \"" + Account.PASSWORD + "\"}";
    private static final String TITLED = "{\"title\": \"Title\", \"content\": \"Content\"}";

    /**
     * An operation of the document.
     *
     * @param answered whether a success has a body
     * @param listed whether lines are available as well
     */
    private record Operation(String method, String path, boolean answered, boolean listed, boolean reading) {
        /** Returns the status of a request with this Accept; an export has lines in place of JSON. */
        int status(String accept) {
            RequestSpecification request = Account.admin().request();
            if (accept != null && path.endsWith("/export")) {
                request.header(
                        "Accept",
                        accept.replace(NDJSON, "lines")
                                .replace("application/json", NDJSON)
                                .replace("lines", "application/json"));
            } else if (accept != null) {
                request.header("Accept", accept);
            }
            // On missing rows, and without a body: nothing is written.
            return request.contentType("application/json").request(method, path).statusCode();
        }
    }

    private static List<Operation> operations() throws IOException {
        JsonNode paths = new ObjectMapper()
                .readTree(Files.readString(OpenApiContractFilter.DOCUMENT))
                .path("paths");
        var operations = new ArrayList<Operation>();
        paths.properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    JsonNode responses = operation.getValue().path("responses");
                    boolean answered = !responses.has("204")
                            && responses.properties().stream()
                                    .anyMatch(response -> response.getKey().startsWith("2")
                                            && response.getValue().has("content"));
                    operations.add(new Operation(
                            operation.getKey().toUpperCase(Locale.ROOT),
                            path.getKey()
                                    .replace("{name}", "Negotiated")
                                    .replaceAll("\\{\\w+}", Long.toString(Long.MAX_VALUE)),
                            answered,
                            operation.getKey().equals("get") && paths.has(path.getKey() + "/export"),
                            operation.getValue().has("requestBody")));
                }));
        assertTrue(operations.size() > 40, operations::toString);
        return operations;
    }

    @Test
    void acceptMattersOnlyForOperationsWithAResponseBody() throws IOException {
        for (Operation operation : operations()) {
            for (String accept : new String[] {"application/problem+json", "text/html", "blah", "*/*;q=0"}) {
                assertEquals(operation.answered, operation.status(accept) == 406, operation + " " + accept);
            }
        }
    }

    @Test
    void everyOperationReadsAcceptAlike() throws IOException {
        for (Operation operation : operations()) {
            int status = operation.status(null);
            assertTrue(status < 500 && status != 406, operation::toString);
            for (String accept : new String[] {
                "",
                "*/*",
                "*",
                "application/json",
                "APPLICATION/*",
                "application/json;profile=\"a,b;q=0\"",
                "application/json , application/problem+json",
                "text/html, image/gif, *; q=.2, */*; q=.2",
                "blah, */*;q=0.1",
                NDJSON + ";q=0, */*",
                "text/html;q=1, application/json;q=0.001",
                "application/json;q=0.5, application/*;q=0"
            }) {
                assertEquals(status == 201 ? 200 : status, operation.status(accept), operation + " " + accept);
            }
            String none = "application/json;q=0, */*";
            if (operation.path.equals("/changes")) {
                // It would get a stream without an end.
                continue;
            }
            assertEquals(operation.answered && !operation.listed, operation.status(none) == 406, operation::toString);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/x-ndjson                              | application/x-ndjson",
                "application/x-ndjson, application/json;q=0.9      | application/x-ndjson",
                "*/*;q=0.1, application/x-ndjson                   | application/x-ndjson",
                "application/json;q=0, */*                         | application/x-ndjson",
                "application/x-ndjson, application/json            | application/json",
                "application/x-ndjson;q=0.5, application/json;q=.6 | application/json",
                "application/x-ndjson;q=0, */*;q=0.1               | application/json",
                "application/x-ndjson;q=0.1, */*                   | application/json",
                "application/*                                     | application/json"
            })
    void preferredTypeOfAListIsSent(String accept, String type) throws IOException {
        for (Operation operation : operations()) {
            if (operation.listed && !operation.path.contains("/" + Long.MAX_VALUE)) {
                Account.admin()
                        .request()
                        .header("Accept", accept)
                        .get(operation.path)
                        .then()
                        .statusCode(200)
                        .contentType(startsWith(type));
            }
        }
    }

    @Test
    void severalAcceptHeadersAreOneList() {
        given().header("Accept", "text/html", "application/json")
                .get("/posts")
                .then()
                .statusCode(200);
    }

    @Test
    void notAcceptableNamesTheAvailableTypes() {
        given().accept("text/html")
                .get("/posts")
                .then()
                .spec(problem(406))
                .body("errors.header", contains("Accept"))
                .body("errors[0].detail", equalTo("must allow application/json or application/x-ndjson"));
    }

    /** Clients generated from the document send this, since it has no other type beside a 204. */
    @ParameterizedTest
    @ValueSource(strings = {"application/problem+json", "text/html"})
    void operationsWithoutResponseBodyIgnoreAccept(String accept) {
        Account ada = Account.register();
        int post = ada.post("Negotiated");
        int category = ada.category("Negotiated " + accept);
        String links = "/posts/" + post + "/categories/" + category;
        ada.request().accept(accept).put(links).then().statusCode(204);
        ada.request().accept(accept).delete(links).then().statusCode(204);
        ada.request().accept(accept).delete("/posts/" + post).then().statusCode(204);
        ada.request("{\"street\": \"Street\", \"city\": \"City\", \"country\": \"Country\"}")
                .put("/users/{id}/address", ada.id())
                .then()
                .statusCode(201);
        ada.request()
                .accept(accept)
                .delete("/users/{id}/address", ada.id())
                .then()
                .statusCode(204);
        var session = given().contentType("application/json")
                .body(CREDENTIALS.formatted(ada.email()))
                .post("/authentication/log-in")
                .jsonPath();
        int id = ada.request()
                .queryParam("limit", 1)
                .get("/authentication/sessions")
                .path("[0].id");
        ada.request()
                .accept(accept)
                .delete("/authentication/sessions/{id}", id)
                .then()
                .statusCode(204);
        given().contentType("application/json")
                .accept(accept)
                .body("{\"refreshToken\": \"" + session.getString("refreshToken") + "\"}")
                .post("/authentication/log-out")
                .then()
                .statusCode(204);
        ada.request("{\"current\": \"" + Account.PASSWORD + "\", \"new\": \"another unusual password\"}")
                .accept(accept)
                .put("/users/{id}/password", ada.id())
                .then()
                .statusCode(204);
        Account admin = Account.admin();
        admin.request()
                .accept(accept)
                .delete("/categories/{id}", category)
                .then()
                .statusCode(204);
        admin.request().accept(accept).delete("/users/{id}", ada.id()).then().statusCode(204);
    }

    /** Some clients send a Content-Type with every request, with or without a body. */
    @ParameterizedTest
    @EnumSource(Version.class)
    void operationsWithoutBodyIgnoreContentType(Version version) throws Exception {
        HttpClient client = HttpClient.newBuilder().version(version).build();
        Account ada = Account.register();
        int post = ada.post("Negotiated");
        String link = "/posts/" + post + "/categories/" + ada.category("Untyped");
        exchange(client, ada, "GET", "/posts/" + post, null, BodyPublishers.noBody());
        for (String type : new String[] {"application/x-www-form-urlencoded", "text/plain", "*/*", "blah"}) {
            for (BodyPublisher body : List.of(BodyPublishers.noBody(), BodyPublishers.ofString("a=b"))) {
                for (String call : List.of(
                        "200 GET /posts/" + post,
                        "204 PUT " + link,
                        "204 DELETE " + link,
                        "200 PUT /categories/named/Untyped")) {
                    String[] parts = call.split(" ");
                    var answer = exchange(client, ada, parts[1], parts[2], type, body);
                    assertEquals(Integer.parseInt(parts[0]), answer.statusCode(), call + " " + type);
                    assertEquals(version, answer.version());
                }
            }
        }
    }

    private static HttpResponse<String> exchange(
            HttpClient client, Account account, String method, String path, String type, BodyPublisher body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path))
                .header("Authorization", "Bearer " + account.token())
                .method(method, body);
        if (type != null) {
            request.header("Content-Type", type);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void bodyOfAnUnsupportedTypeIsRefused(Version version) throws Exception {
        HttpClient client = HttpClient.newBuilder().version(version).build();
        Account ada = Account.register();
        exchange(client, ada, "GET", "/posts", null, BodyPublishers.noBody());
        for (Operation operation : operations()) {
            for (String type : new String[] {null, "*/*", "application/*", "text/plain", "blah", ""}) {
                String path = operation.path.replaceFirst("/users/\\d+", "/users/" + ada.id());
                if (operation.reading) {
                    var answer = exchange(client, ada, operation.method, path, type, BodyPublishers.ofString("{}"));
                    // Permissions may be checked first.
                    assertTrue(List.of(403, 415).contains(answer.statusCode()), operation + " " + type);
                }
            }
        }
        String json = "Application/JSON ; charset=\"utf-8\"";
        assertEquals(
                201,
                exchange(client, ada, "POST", "/posts", json, BodyPublishers.ofString(TITLED))
                        .statusCode());
    }

    @Test
    void missingContentTypeIsReported() {
        given().config(RestAssuredConfig.config()
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false)))
                .auth()
                .oauth2(Account.admin().token())
                .contentType("*/*")
                .body(new byte[] {'{', '}'})
                .post("/posts")
                .then()
                .spec(problem(415))
                .body("errors.header", contains("Content-Type"))
                .body("errors[0].detail", equalTo("must be application/json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "identity, gzip", "deflate", "blah"})
    void encodedBodyIsRefused(String coding) throws IOException {
        var gzipped = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(gzipped)) {
            gzip.write(TITLED.getBytes(StandardCharsets.UTF_8));
        }
        for (byte[] body : List.of(TITLED.getBytes(StandardCharsets.UTF_8), gzipped.toByteArray())) {
            Account.admin()
                    .request()
                    .spec(new RequestSpecBuilder()
                            .setContentType("application/json")
                            .build())
                    .header("Content-Encoding", coding)
                    .body(body)
                    .post("/posts")
                    .then()
                    .spec(problem(415))
                    .header("Accept-Encoding", "identity")
                    .body("errors.header", contains("Content-Encoding"));
        }
    }

    @Test
    void identityEncodingIsAccepted() {
        Account.admin()
                .request(TITLED)
                .header("Content-Encoding", "identity")
                .post("/posts")
                .then()
                .statusCode(201);
        given().header("Content-Encoding", "gzip").get("/posts").then().statusCode(200);
    }

    @Test
    void unsupportedTypeIsAnsweredWithAcceptPatch() {
        Account.admin()
                .request()
                .contentType("text/plain")
                .body("{}")
                .patch("/posts/1")
                .then()
                .spec(problem(415))
                .header("Accept-Patch", "application/json, application/merge-patch+json")
                .header("Accept-Encoding", equalTo(null))
                .body("detail", containsString("Content-Type"));
    }

    @Test
    void optionsAndMethodNotAllowedNameTheSameMethods() throws IOException {
        for (Operation operation : operations()) {
            // No path has this method.
            String allowed = given().request("TRACE", operation.path)
                    .then()
                    .spec(problem(405))
                    .extract()
                    .header("Allow");
            var answer = given().request("OPTIONS", operation.path)
                    .then()
                    .statusCode(200)
                    .extract();
            var with = new TreeSet<>(List.of(allowed.split(", ")));
            assertTrue(with.contains(operation.method), operation::toString);
            with.add("OPTIONS");
            assertEquals(String.join(", ", with), answer.header("Allow"));
            assertEquals(
                    with.contains("PATCH") ? "application/json, application/merge-patch+json" : null,
                    answer.header("Accept-Patch"),
                    operation::toString);
        }
        given().options("/nothing").then().spec(problem(404));
    }
}
