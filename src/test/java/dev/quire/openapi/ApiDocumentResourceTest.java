package dev.quire.openapi;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The OpenAPI document describes every operation of the contract, whole. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class ApiDocumentResourceTest {
    /** Of what everyone may do without a token. */
    private static final List<String> OPEN = List.of(
            "register",
            "logIn",
            "getUser",
            "listPosts",
            "getPost",
            "listCategoriesOfPost",
            "listPostsOfUser",
            "listPostsOfCategory",
            "listCategories",
            "getCategory");

    @Test
    void everyOperationOfTheContractIsThere() {
        List<String> documented = operations()
                .map(operation -> operation.method + " " + operation.path)
                .sorted()
                .toList();

        assertEquals(
                Stream.of(
                                "get /addresses",
                                "post /addresses",
                                "get /addresses/{id}",
                                "get /authentication",
                                "post /authentication/log-in",
                                "post /authentication/register",
                                "get /categories",
                                "post /categories",
                                "put /categories/named/{name}",
                                "get /categories/{id}",
                                "put /categories/{id}",
                                "patch /categories/{id}",
                                "delete /categories/{id}",
                                "get /categories/{id}/posts",
                                "get /posts",
                                "post /posts",
                                "get /posts/{id}",
                                "put /posts/{id}",
                                "patch /posts/{id}",
                                "delete /posts/{id}",
                                "get /posts/{id}/categories",
                                "put /posts/{id}/categories",
                                "put /posts/{id}/categories/{categoryId}",
                                "delete /posts/{id}/categories/{categoryId}",
                                "get /users",
                                "post /users",
                                "get /users/{id}",
                                "put /users/{id}",
                                "patch /users/{id}",
                                "delete /users/{id}",
                                "get /users/{id}/address",
                                "put /users/{id}/address",
                                "delete /users/{id}/address",
                                "get /users/{id}/posts")
                        .sorted()
                        .toList(),
                documented);
    }

    @Test
    void everyOperationHasAnIdOfItsOwnAndASummary() {
        List<Object> ids =
                operations().map(operation -> operation.get("operationId")).toList();

        assertEquals(ids.size(), Set.copyOf(ids).size());
        assertEvery(operation -> {
            assertNotNull(operation.get("operationId"));
            assertNotNull(operation.get("summary"));
        });
    }

    @Test
    void everyAnswerWithABodyHasASchema() {
        assertEvery(operation -> operation.responses().forEach((status, response) -> {
            Map<?, ?> content = (Map<?, ?>) ((Map<?, ?>) response).get("content");
            if (status.equals("204")) {
                assertEquals(null, content, status);
            } else {
                String media = status.charAt(0) == '2' ? "application/json" : "application/problem+json";
                assertNotNull(((Map<?, ?>) content.get(media)).get("schema"), status);
            }
        }));
    }

    @Test
    void everyOperationSaysWhatCanGoWrong() {
        assertEvery(operation -> {
            assertTrue(operation.responses().keySet().containsAll(List.of("401", "406", "500", "503")));
            if (operation.path.contains("{")) {
                assertTrue(operation.responses().keySet().containsAll(List.of("400", "404")));
            }
            if (operation.get("requestBody") != null) {
                assertTrue(operation.responses().keySet().containsAll(List.of("400", "413", "415", "422")));
            }
        });
    }

    @Test
    void everyOperationThatNeedsATokenSaysSo() {
        assertEvery(operation -> {
            boolean open = OPEN.contains(operation.get("operationId"));
            assertEquals(open, operation.get("security") == null);
            assertEquals(!open, operation.responses().containsKey("403"));
        });
        assertEquals("bearer", document().getString("components.securitySchemes.bearer.scheme"));
    }

    @Test
    void everyMemberOfAnInputHasAnExample() {
        Map<String, Map<String, Object>> schemas = document().get("components.schemas");
        Stream<String> inputs = schemas.keySet().stream().filter(name -> name.endsWith("Input"));

        assertAll(inputs.map(input -> () -> members(schemas.get(input)).forEach((name, schema) -> {
            boolean scalar = "string".equals(schema.get("type")) || "integer".equals(schema.get("type"));
            assertEquals(scalar, schema.containsKey("examples"), input + "." + name);
        })));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> members(Map<String, Object> schema) {
        return (Map<String, Map<String, Object>>) schema.get("properties");
    }

    private record Documented(String path, String method, Map<String, Object> members) {
        Object get(String member) {
            return members.get(member);
        }

        @SuppressWarnings("unchecked")
        Map<String, Object> responses() {
            return (Map<String, Object>) members.get("responses");
        }
    }

    private static JsonPath document() {
        return given().queryParam("format", "json").get("/q/openapi").jsonPath();
    }

    private static Stream<Documented> operations() {
        Map<String, Map<String, Map<String, Object>>> paths = document().get("paths");
        return paths.entrySet().stream()
                .flatMap(path -> path.getValue().entrySet().stream()
                        .map(operation -> new Documented(path.getKey(), operation.getKey(), operation.getValue())));
    }

    private static void assertEvery(Consumer<Documented> claim) {
        assertAll(operations().map(operation -> () -> {
            try {
                claim.accept(operation);
            } catch (AssertionError e) {
                throw new AssertionError(operation.method + " " + operation.path + ": " + e.getMessage(), e);
            }
        }));
    }
}
