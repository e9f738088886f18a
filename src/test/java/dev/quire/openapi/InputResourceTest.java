package dev.quire.openapi;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.OpenApiContractFilter;
import dev.quire.environment.ServiceLog;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Agreement of the document and the service on valid input: each member of each body is replaced by a value of every
 * other type, and each element of an array. {@link OpenApiContractFilter} finds bodies that the service accepts and the
 * document does not allow.
 */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class InputResourceTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> OTHERS =
            List.of("true", "7", "-0.5", "\"\"", "\"x\"", "[]", "[null]", "{}", "null");

    /**
     * Refusals that no schema can express: the row is missing, a name is taken, the password is wrong, there were too
     * many.
     */
    private static final List<Integer> BY_OTHER_RULES = List.of(401, 404, 409, 429);

    private static JsonNode document;
    private static Account user;
    private static int calls;

    private record Call(String method, String path, String body) {}

    static Stream<String> operationsWithABody() throws IOException {
        document = JSON.readTree(Files.readString(OpenApiContractFilter.DOCUMENT));
        var operations = new ArrayList<String>();
        document.get("paths")
                .forEach(path -> path.forEach(operation -> {
                    if (operation.has("requestBody")) {
                        operations.add(operation.get("operationId").asText());
                    }
                }));
        return operations.stream();
    }

    @ParameterizedTest
    @MethodSource("operationsWithABody")
    void serviceAcceptsExactlyTheDocumentedBodies(String operation) throws IOException {
        ServiceLog.expect("refresh-token-reused");
        var documented = new OpenApiContractFilter();
        Map<String, Integer> disagreed = new TreeMap<>();
        Call example = call(operation);
        JsonNode good = JSON.readTree(example.body);
        for (String place : places("", good)) {
            for (String other : OTHERS) {
                Call call = call(operation);
                JsonNode body = with(JSON.readTree(call.body), place, JSON.readTree(other));
                boolean allowed = documented.faults(schema(operation), body).isEmpty();
                int status = send(call, body.toString()).statusCode();
                if (allowed && status >= 400 && !BY_OTHER_RULES.contains(status) && !isAboutAValue(place, other)) {
                    disagreed.put(place + " = " + other, status);
                }
            }
        }
        assertEquals(Map.of(), disagreed);
    }

    /**
     * A valid text may be no email, password or path, a valid number no id; operations of a batch have schemas
     * elsewhere.
     */
    private static boolean isAboutAValue(String place, String other) {
        boolean text = other.startsWith("\"") && place.matches(".*/(email|password|current|new|path|code)");
        boolean id = other.equals("7") && place.endsWith("/id");
        return text || id || place.startsWith("/0/body");
    }

    private static Response send(Call call, String body) {
        String type = call.method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
        return (call.path.startsWith("/authentication/")
                        ? given()
                        : Account.admin().request())
                .contentType(type)
                .body(body)
                .request(call.method, call.path);
    }

    private static String schema(String operation) {
        String found = null;
        for (var path : document.get("paths").properties()) {
            for (var one : path.getValue().properties()) {
                if (one.getValue().path("operationId").asText().equals(operation)) {
                    String type = one.getKey().equals("patch") ? "application~1merge-patch+json" : "application~1json";
                    found = "/paths/" + path.getKey().replace("/", "~1") + "/" + one.getKey() + "/requestBody/content/"
                            + type + "/schema";
                }
            }
        }
        assertNotNull(found, operation);
        return found;
    }

    /** Lists every member and every element, as JSON Pointers. */
    private static List<String> places(String place, JsonNode value) {
        var places = new ArrayList<>(List.of(place));
        value.properties().forEach(member -> places.addAll(places(place + "/" + member.getKey(), member.getValue())));
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            places.addAll(places(place + "/" + i, value.get(i)));
        }
        return places;
    }

    private static JsonNode with(JsonNode body, String place, JsonNode value) {
        if (place.isEmpty()) {
            return value;
        }
        JsonNode parent = body.at(place.substring(0, place.lastIndexOf('/')));
        String name = place.substring(place.lastIndexOf('/') + 1);
        if (parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(name), value);
        } else {
            ((ObjectNode) parent).set(name, value);
        }
        return body;
    }

    /** Creates a call that would succeed, except for a change of password, which is limited. */
    private static Call call(String operation) {
        user = user == null ? Account.create() : user;
        String unique = ++calls + user.email();
        String address = "{\"street\": \"Street\", \"city\": \"City\", \"country\": \"Country\"}";
        String person = "\"email\": \"new-" + unique + "\", \"name\": \"N\"";
        String secret = "\"password\": \"" + Account.PASSWORD + "\"";
        int category = user.category("C " + unique);
        String id = "{\"id\": " + category + "}";
        String text = "\"title\": \"T\", \"content\": \"C\"";
        return switch (operation) {
            case "register" ->
                new Call(
                        "POST",
                        "/authentication/register",
                        "{" + person + ", " + secret + ", \"address\": " + address + "}");
            case "logIn" ->
                new Call("POST", "/authentication/log-in", "{\"email\": \"" + user.email() + "\", " + secret + "}");
            case "refresh", "logOut" ->
                new Call(
                        "POST",
                        "/authentication/" + (operation.equals("refresh") ? "refresh" : "log-out"),
                        "{\"refreshToken\": \"" + refreshToken(user) + "\"}");
            case "beginRecovery" ->
                new Call("POST", "/authentication/recovery", "{\"email\": \"" + user.email() + "\"}");
            case "completeRecovery" ->
                new Call("POST", "/authentication/recovery/complete", "{\"token\": \"t\", " + secret + "}");
            case "completeConfirmation" ->
                new Call("POST", "/authentication/confirmation/complete", "{\"token\": \"t\"}");
            case "confirmSecondFactor" -> new Call("POST", "/authentication/totp/confirm", "{\"code\": \"123456\"}");
            case "deleteSecondFactor" -> new Call("DELETE", "/authentication/totp", "{\"code\": \"123456\"}");
            case "createUser" ->
                new Call("POST", "/users", "{" + person + ", " + secret + ", \"address\": " + address + "}");
            case "replaceUser", "patchUser" ->
                new Call(
                        operation.equals("patchUser") ? "PATCH" : "PUT",
                        "/users/" + user.id(),
                        "{" + person + ", \"address\": " + address + "}");
            case "changePassword" ->
                new Call(
                        "PUT",
                        "/users/" + Account.admin().id() + "/password",
                        "{\"current\": \"not the one it is\", \"new\": \"quite unusual as well\"}");
            case "setRolesOfUser" -> new Call("PUT", "/users/" + user.id() + "/roles", "[\"user\", \"admin\"]");
            case "putAddressOfUser" -> new Call("PUT", "/users/" + user.id() + "/address", address);
            case "createAddress" ->
                new Call("POST", "/addresses", address.replace("}", ", \"user\": {" + person + ", " + secret + "}}"));
            case "createPost" ->
                new Call("POST", "/posts", "{" + text + ", \"categories\": [" + id + ", {\"name\": \"New\"}]}");
            case "replacePost", "patchPost" ->
                new Call(
                        operation.equals("patchPost") ? "PATCH" : "PUT",
                        "/posts/" + user.post("P", List.of(category)),
                        "{" + text + ", \"categories\": "
                                + (operation.equals("patchPost")
                                        ? "{\"connect\": [" + id + "], \"disconnect\": [" + id + "]}}"
                                        : "[" + id + "]}"));
            case "replaceCategoriesOfPost" ->
                new Call("PUT", "/posts/" + user.post("P", List.of(category)) + "/categories", "[" + id + "]");
            case "createComment" -> new Call("POST", "/posts/" + user.post("P") + "/comments", "{\"content\": \"C\"}");
            case "patchComment" ->
                new Call("PATCH", "/comments/" + user.comment(user.post("P")), "{\"content\": \"C\"}");
            case "createCategory" -> new Call("POST", "/categories", "{\"name\": \"D " + unique + "\"}");
            case "replaceCategory", "patchCategory" ->
                new Call(
                        operation.equals("patchCategory") ? "PATCH" : "PUT",
                        "/categories/" + category,
                        "{\"name\": \"D " + unique + "\"}");
            case "runBatch" ->
                new Call(
                        "POST",
                        "/batch",
                        "[{\"id\": \"p\", \"method\": \"POST\", \"path\": \"/posts\", \"headers\": {}, \"body\": {"
                                + text + "}}]");
            default -> throw new AssertionError("add a body of " + operation);
        };
    }

    private static String refreshToken(Account user) {
        return given().contentType("application/json")
                .body("{\"email\": \"%s\", \"password\": \"%s\"}".formatted(user.email(), Account.PASSWORD))
                .post("/authentication/log-in")
                .path("refreshToken");
    }
}
