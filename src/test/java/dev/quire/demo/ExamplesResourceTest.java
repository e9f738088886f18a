package dev.quire.demo;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The operations with the document's own examples on fresh demo data, as "Try it out" of Swagger UI sends them. Each
 * succeeds, and reads return the written values.
 */
@QuarkusTest
@QuarkusTestResource(Environment.class)
@TestProfile(ExamplesResourceTest.Development.class)
class ExamplesResourceTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Updates precede deletions of the same rows, and the creation of a category follows the deletion that frees its
     * name.
     */
    private static final List<String> LAST = List.of(
            "disconnectCategoryFromPost",
            "deleteComment",
            "deletePost",
            "deleteAddressOfUser",
            "createAddress",
            "deleteUser",
            "deleteCategory",
            "createCategory",
            "deleteSession",
            "logOut",
            "changePassword");

    /** Operations that take a token or a code from a mail or an app. */
    private static final Set<String> BY_MAIL_OR_APP =
            Set.of("completeRecovery", "completeConfirmation", "confirmSecondFactor", "deleteSecondFactor");

    /** Development mode, with the demo data as the first rows of the database. */
    public static class Development implements QuarkusTestProfile {
        @Override
        public String getConfigProfile() {
            return "dev";
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(Environment.DEMO, "true");
        }
    }

    private record Call(String path, String method, JsonNode operation) {
        String id() {
            return operation.path("operationId").asText();
        }
    }

    private JsonNode document;

    @Test
    void everyExampleSucceeds() throws IOException {
        document = JSON.readTree(
                given().queryParam("format", "json").get("/q/openapi").asByteArray());
        var calls = new TreeMap<String, Call>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    var call = new Call(path.getKey(), operation.getKey(), operation.getValue());
                    calls.put(call.id(), call);
                }));
        assertTrue(calls.keySet().containsAll(LAST), calls::toString);
        assertTrue(calls.keySet().removeAll(BY_MAIL_OR_APP), calls::toString);
        var first = new TreeSet<>(calls.keySet());
        LAST.forEach(first::remove);

        Map<String, Object> session = send(calls.get("logIn"), null).jsonPath().get("");
        var failed = new ArrayList<String>();
        Stream.concat(first.stream(), LAST.stream()).map(calls::get).forEach(call -> {
            Response response = send(call, session);
            if (call.id().equals("refresh")) {
                session.putAll(response.jsonPath().get(""));
            }
            if (response.statusCode() >= 300) {
                failed.add(call.id() + ": " + response.statusCode() + " " + response.asString());
            } else {
                lost(call, response).forEach(failed::add);
            }
        });
        assertEquals(List.of(), failed);
    }

    /** Returns the members of the body that the response has with another value. */
    private static Stream<String> lost(Call call, Response response) {
        JsonNode answer = parse(response.asString());
        return example(call).properties().stream()
                .filter(member ->
                        member.getValue().isValueNode() && !member.getKey().equals("refreshToken"))
                .filter(member -> answer.has(member.getKey()))
                .filter(member -> !answer.get(member.getKey()).equals(member.getValue()))
                .map(member -> call.id() + ": " + member + " became " + answer.get(member.getKey()));
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    /** Returns the example of the body; a missing node if the operation has none. */
    private static JsonNode example(Call call) {
        return call.operation.at("/requestBody/content").properties().stream()
                .findFirst()
                .map(media -> media.getValue().path("example"))
                .orElse(MissingNode.getInstance());
    }

    /** Sends an operation with its examples, except for the tokens, which are those of the log-in. */
    private Response send(Call call, Map<String, Object> session) {
        RequestSpecification request = given();
        if (session != null) {
            request.header("Authorization", "Bearer " + session.get("accessToken"));
        }
        for (JsonNode reference : call.operation.path("parameters")) {
            JsonNode parameter = reference.has("$ref")
                    ? document.at(reference.path("$ref").asText().substring(1))
                    : reference;
            if (parameter.has("example")) {
                String name = parameter.path("name").asText();
                String example = parameter.path("example").asText();
                switch (parameter.path("in").asText()) {
                    case "path" -> request.pathParam(name, example);
                    case "query" -> request.queryParam(name, example);
                    default -> request.header(name, example);
                }
            }
        }
        call.operation.at("/requestBody/content").properties().stream().limit(1).forEach(media -> {
            JsonNode body = media.getValue().path("example").deepCopy();
            if (body.has("refreshToken")) {
                ((ObjectNode) body).put("refreshToken", (String) session.get("refreshToken"));
            }
            request.contentType(media.getKey()).body(body.toString());
        });
        return request.request(call.method, call.path);
    }
}
