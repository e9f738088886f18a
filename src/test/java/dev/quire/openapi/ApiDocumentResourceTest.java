package dev.quire.openapi;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.OpenApiContractFilter;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The OpenAPI document, which describes every operation of the contract completely. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class ApiDocumentResourceTest {
    /** The operations that need no token. */
    private static final List<String> OPEN = List.of(
            "register",
            "logIn",
            "refresh",
            "logOut",
            "beginRecovery",
            "completeRecovery",
            "completeConfirmation",
            "getKeys",
            "getUser",
            "listPosts",
            "exportPosts",
            "getPost",
            "listCategoriesOfPost",
            "listPostsOfUser",
            "exportPostsOfUser",
            "listPostsOfCategory",
            "exportPostsOfCategory",
            "listCommentsOfPost",
            "exportCommentsOfPost",
            "listCommentsOfUser",
            "exportCommentsOfUser",
            "getComment",
            "listCategories",
            "exportCategories",
            "getCategory",
            "getCategoryNamed",
            "listChanges");

    @Test
    void servedDocumentIsTheCommittedOne() throws IOException {
        String served = given().queryParam("format", "json").get("/q/openapi").asString() + "\n";
        Path place = Path.of("target", "openapi.json");
        Files.writeString(place, served);

        assertEquals(
                Files.readString(OpenApiContractFilter.DOCUMENT),
                served,
                "when it should change: cp " + place + " " + OpenApiContractFilter.DOCUMENT);
    }

    @Test
    void tagsAreInReadingOrder() {
        assertEquals(
                List.of("Authentication", "Users", "Addresses", "Posts", "Categories", "Comments", "Changes", "Batch"),
                document().getList("tags.name"));
    }

    @Test
    void everyOperationIsDocumented() {
        List<String> documented = operations()
                .map(operation -> operation.method + " " + operation.path)
                .sorted()
                .toList();

        assertEquals(
                Stream.of(
                                "get /.well-known/jwks.json",
                                "get /addresses",
                                "get /addresses/export",
                                "post /addresses",
                                "get /addresses/{id}",
                                "get /authentication",
                                "post /authentication/log-in",
                                "post /batch",
                                "post /authentication/log-out",
                                "post /authentication/refresh",
                                "get /authentication/sessions",
                                "get /authentication/sessions/export",
                                "delete /authentication/sessions/{id}",
                                "post /authentication/register",
                                "post /authentication/recovery",
                                "post /authentication/recovery/complete",
                                "post /authentication/confirmation",
                                "post /authentication/confirmation/complete",
                                "post /authentication/totp",
                                "post /authentication/totp/confirm",
                                "delete /authentication/totp",
                                "post /users/{id}/recovery",
                                "get /categories",
                                "get /categories/export",
                                "post /categories",
                                "get /categories/named/{name}",
                                "put /categories/named/{name}",
                                "get /categories/{id}",
                                "put /categories/{id}",
                                "patch /categories/{id}",
                                "delete /categories/{id}",
                                "get /categories/{id}/posts",
                                "get /categories/{id}/posts/export",
                                "get /posts",
                                "get /posts/export",
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
                                "get /users/export",
                                "post /users",
                                "get /users/{id}",
                                "put /users/{id}",
                                "patch /users/{id}",
                                "delete /users/{id}",
                                "get /users/{id}/address",
                                "put /users/{id}/address",
                                "delete /users/{id}/address",
                                "put /users/{id}/password",
                                "put /users/{id}/roles",
                                "get /users/{id}/posts",
                                "get /users/{id}/posts/export",
                                "get /users/{id}/comments",
                                "get /users/{id}/comments/export",
                                "get /posts/{id}/comments",
                                "get /posts/{id}/comments/export",
                                "post /posts/{id}/comments",
                                "get /changes",
                                "get /comments/{id}",
                                "patch /comments/{id}",
                                "delete /comments/{id}")
                        .sorted()
                        .toList(),
                documented);
    }

    @Test
    void everyOperationHasAUniqueIdAndASummary() {
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
            if (Set.of("202", "204", "304").contains(status)) {
                assertEquals(null, content, status);
            } else {
                String success = operation.isExport() ? "application/x-ndjson" : "application/json";
                String media = status.charAt(0) == '2' ? success : "application/problem+json";
                var types = new TreeSet<>(Set.of(media));
                if (operation.path.equals("/changes") && status.equals("200")) {
                    // Generated clients take the JSON; a browser's EventSource, which none of them is, requests the
                    // stream.
                    types.add("text/event-stream");
                }
                assertEquals(types, content.keySet(), "a client would have to choose between types");
                assertNotNull(((Map<?, ?>) content.get(media)).get("schema"), status);
            }
        }));
    }

    @Test
    void everyOperationDocumentsItsProblems() {
        assertEvery(operation -> {
            assertTrue(operation.responses().keySet().containsAll(List.of("401", "406", "500", "503")));
            if (operation.path.contains("{id}")) {
                assertTrue(operation.responses().keySet().containsAll(List.of("400", "404")));
            }
            if (operation.get("requestBody") != null) {
                assertTrue(operation.responses().keySet().containsAll(List.of("400", "413", "415", "422")));
            }
        });
    }

    @Test
    void everyOperationDocumentsWhetherItNeedsAToken() {
        assertEvery(operation -> {
            boolean open = OPEN.contains(operation.get("operationId"));
            assertEquals(
                    open,
                    operation.get("security").equals(List.of())
                            || ((List<?>) operation.get("security")).contains(Map.of()));
            boolean closed = !open || operation.parameters().containsKey("include");
            assertEquals(closed, operation.responses().containsKey("403"));
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

    @Test
    void everyExampleMatchesItsSchema() throws IOException {
        var examples = new ArrayList<String>();
        collect(
                new OpenApiContractFilter(),
                "",
                new ObjectMapper().readTree(Files.readString(OpenApiContractFilter.DOCUMENT)),
                examples);
        assertTrue(examples.size() > 50, examples::toString);
        assertEquals(
                List.of(), examples.stream().filter(fault -> !fault.isEmpty()).toList());
    }

    /** Collects the violations of each example below a place. */
    private static void collect(OpenApiContractFilter document, String place, JsonNode node, List<String> faults) {
        node.path("examples").forEach(example -> {
            // A response has them by name; a schema has an array.
            boolean named = node.path("examples").isObject();
            faults.add(String.join(
                    ", ", document.faults(named ? place + "/schema" : place, named ? example.path("value") : example)));
        });
        if (node.has("example")) {
            faults.add(String.join(", ", document.faults(place + "/schema", node.path("example"))));
        }
        node.properties()
                .forEach(member -> collect(
                        document,
                        place + "/" + member.getKey().replace("~", "~0").replace("/", "~1"),
                        member.getValue(),
                        faults));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            collect(document, place + "/" + i, node.get(i), faults);
        }
    }

    @Test
    void problemExamplesHaveTheStatusOfTheirResponse() {
        assertEvery(operation -> operation.responses().forEach((status, response) -> {
            if (status.charAt(0) >= '4') {
                var problem =
                        (Map<?, ?>) ((Map<?, ?>) ((Map<?, ?>) response).get("content")).get("application/problem+json");
                var examples = (Map<?, ?>) problem.get("examples");
                assertFalse(examples.isEmpty(), status);
                examples.forEach((name, example) -> assertEquals(
                        status,
                        ((Map<?, ?>) ((Map<?, ?>) example).get("value"))
                                .get("status")
                                .toString(),
                        name.toString()));
            }
        }));
    }

    @Test
    void parametersAreInTheOrderOfThePath() {
        assertEvery(operation -> {
            List<String> inPath = operation.parameters().entrySet().stream()
                    .filter(parameter -> "path".equals(parameter.getValue().get("in")))
                    .map(Map.Entry::getKey)
                    .toList();
            List<String> all = List.copyOf(operation.parameters().keySet());
            assertEquals(
                    Pattern.compile("\\{(\\w+)}")
                            .matcher(operation.path)
                            .results()
                            .map(found -> found.group(1))
                            .toList(),
                    inPath);
            assertEquals(inPath, all.subList(0, inPath.size()));
        });
    }

    @Test
    void readsEnumerateTheirRelationsAndMembers() {
        assertSelections(operation -> {
            for (String name : List.of("include", "fields")) {
                Map<String, Object> parameter = operation.parameters().get(name);
                assertEquals("query", parameter.get("in"), name);
                // Separated by commas, as the service reads them.
                assertEquals("form", parameter.get("style"), name);
                assertEquals(false, parameter.get("explode"), name);
                assertEquals("array", operation.schema(name).get("type"), name);
                assertEquals("string", items(operation.schema(name)).get("type"), name);
                boolean any = name.equals("fields") || !operation.path.contains("/sessions");
                assertEquals(any, !operation.values(name).isEmpty(), name);
                assertEquals(any ? null : 0, operation.schema(name).get("maxItems"), name);
            }
        });
    }

    @Test
    void enumeratedMembersAreThoseOfTheSchema() {
        Account.admin().post("Of the admin");
        Account ada = Account.create();
        int category = ada.category("! Documented");
        int post = ada.post("Documented", List.of(category));
        int comment = ada.comment(post);
        int address = ada.request().get("/users/{id}/address", ada.id()).path("id");
        assertSelections(operation -> {
            Account reader = operation.path.matches("/users(/export)?") ? Account.admin() : ada;
            String path = operation
                    .path
                    .replaceFirst("/users/\\{id}", "/users/" + ada.id())
                    .replaceFirst("/posts/\\{id}", "/posts/" + post)
                    .replaceFirst("/comments/\\{id}", "/comments/" + comment)
                    .replaceFirst("/categories/\\{id}", "/categories/" + category)
                    .replaceFirst("\\{name}", "! Documented")
                    .replaceFirst("/addresses/\\{id}", "/addresses/" + address);
            var request = reader.request().queryParam("fields", String.join(",", operation.values("fields")));
            if (operation.path.matches("/users(/export)?")) {
                request.queryParam("sort", "-createdAt");
            }
            Response answer = request.get(path);
            answer.then().statusCode(200);
            Object all = operation.isExport() ? rows(answer) : answer.path("");
            assertEquals(new TreeSet<>(operation.values("fields")), paths("", all));

            for (String include : operation.values("include")) {
                reader.request().queryParam("include", include).get(path).then().statusCode(200);
            }
        });
    }

    /** Returns the lines of an export except the last, which has their count. */
    private static List<Object> rows(Response export) {
        List<String> lines = export.asString().lines().toList();
        return lines.subList(0, lines.size() - 1).stream()
                .<Object>map(line -> JsonPath.from(line).getMap(""))
                .toList();
    }

    /** Returns every member of an object, or of one of several, with a dot before those of the next level. */
    private static Set<String> paths(String prefix, Object value) {
        var paths = new TreeSet<String>();
        if (value instanceof List<?> elements) {
            elements.forEach(element -> paths.addAll(paths(prefix, element)));
        } else if (value instanceof Map<?, ?> object) {
            object.forEach((name, member) -> {
                paths.add(prefix + name);
                paths.addAll(paths(prefix + name + ".", member));
            });
        }
        return paths;
    }

    @Test
    void valuesOfOtherOperationsAreRefused() {
        Set<String> includes = new TreeSet<>();
        Set<String> sorts = new TreeSet<>();
        assertSelections(operation -> {
            includes.addAll(operation.values("include"));
            sorts.addAll(operation.parameters().containsKey("sort") ? operation.values("sort") : List.of());
        });
        assertSelections(operation -> {
            for (String include : includes) {
                if (!operation.values("include").contains(include)) {
                    int status = Account.admin()
                            .request()
                            .queryParam("include", include)
                            .get(operation.path, operation.ids())
                            .statusCode();
                    assertTrue(status == 400 || status == 403, include + " is " + status);
                }
            }
            for (String sort : sorts) {
                if (operation.parameters().containsKey("sort")) {
                    Account.admin()
                            .request()
                            .queryParam("sort", sort)
                            .get(operation.path, operation.ids())
                            .then()
                            .statusCode(operation.values("sort").contains(sort) ? anyOf(is(200), is(404)) : is(400));
                }
            }
        });
    }

    @Test
    void documentedParametersAreThoseAccepted() {
        Set<String> names = new TreeSet<>();
        assertEvery(operation -> names.addAll(operation.queryParameters()));
        assertTrue(names.containsAll(List.of("include", "q", "cursor", "onDelete", "dryRun")), names::toString);
        assertSelections(operation -> {
            for (String name : names) {
                String answer = Account.admin()
                        .request()
                        .queryParam(name, "x")
                        .get(operation.path, operation.ids())
                        .asString();
                assertEquals(
                        !operation.queryParameters().contains(name),
                        answer.contains("is not a parameter of this operation"),
                        name);
            }
        });
    }

    @Test
    void listsHaveTheirSortsAndLimits() {
        assertLists(operation -> {
            Map<String, Object> sort = operation.schema("sort");
            assertEquals("string", sort.get("type"));
            Map<String, Object> limit = operation.schema("limit");
            assertEquals(
                    List.of("integer", 1, 100, 20),
                    List.of(limit.get("type"), limit.get("minimum"), limit.get("maximum"), limit.get("default")));
            assertEquals("string", operation.schema("cursor").get("type"));
            assertEquals("header", operation.parameters().get("Prefer").get("in"));
        });
    }

    @Test
    void listsOfPostsHaveTheirFilters() {
        List<String> lists = List.of("/posts", "/users/{id}/posts", "/categories/{id}/posts");
        assertLists(operation -> {
            boolean posts = lists.contains(operation.path);
            for (String name : List.of("author", "category", "categoryAll", "categoryNone")) {
                assertEquals(posts, operation.parameters().containsKey(name), name);
                if (posts) {
                    assertEquals(false, operation.parameters().get(name).get("explode"), name);
                    Map<String, Object> ids = operation.schema(name);
                    assertEquals(
                            List.of("array", 1, 20),
                            List.of(ids.get("type"), ids.get("minItems"), ids.get("maxItems")));
                    assertEquals(Map.of("type", "integer", "format", "int64", "minimum", 1), items(ids));
                }
            }
            if (posts) {
                assertEquals(Map.of("type", "string", "minLength", 1, "maxLength", 200), operation.schema("q"));
            }
            if (posts || operation.path.equals("/users")) {
                for (String name : List.of("createdAfter", "createdBefore")) {
                    assertEquals(Map.of("type", "string", "format", "date-time"), operation.schema(name), name);
                }
            }
        });
    }

    @Test
    void listsCanBeCounted() {
        assertLists(operation -> {
            Map<?, ?> found = (Map<?, ?>) operation.responses().get("200");
            Map<?, ?> headers = (Map<?, ?>) found.get("headers");
            assertEquals(Set.of("Link", "X-Total-Count", "Preference-Applied", "ETag"), headers.keySet());
            assertEquals(
                    Map.of("type", "integer", "format", "int64"),
                    ((Map<?, ?>) headers.get("X-Total-Count")).get("schema"));
        });
    }

    @Test
    void listsCanBeExported() {
        var lists = new TreeMap<String, Documented>();
        assertLists(operation -> lists.put(operation.path + "/export", operation));
        var exports = new TreeMap<String, Documented>();
        assertReads(operation -> {
            if (operation.isExport()) {
                exports.put(operation.path, operation);
            }
        });

        assertEquals(lists.keySet(), exports.keySet());
        exports.forEach((path, export) -> {
            var parameters = new TreeSet<>(lists.get(path).parameters().keySet());
            parameters.removeAll(Set.of("limit", "cursor", "Prefer", "If-None-Match"));
            assertEquals(parameters, export.parameters().keySet(), path);
            assertEquals(lists.get(path).get("security"), export.get("security"), path);
            assertFalse(export.responses().containsKey("304"), path);
        });
    }

    @Test
    void kindsOfChangesAreEnumerated() {
        assertReads(operation -> {
            if (operation.path.equals("/changes")) {
                assertEquals(
                        List.of("author", "category", "comment", "link", "post", "user"), operation.values("kinds"));
                assertEquals(false, operation.parameters().get("kinds").get("explode"));
                assertTrue(operation.responses().containsKey("410"));
            }
        });
    }

    @Test
    void theMembersOfChangesAreThoseOfTheSchema() {
        Account ada = Account.register();
        int post = ada.post("Changed", ada.categories("Changed", 1));
        ada.comment(post);
        var shown = new TreeSet<String>();
        String path = "/changes?limit=1000";
        for (boolean more = true; more; ) {
            JsonPath page =
                    ada.request().get(path).then().statusCode(200).extract().jsonPath();
            page.<Map<String, Object>>getList("changes.value").stream()
                    .filter(Objects::nonNull)
                    .forEach(value -> shown.addAll(value.keySet()));
            path = "/changes?limit=1000&since=" + page.getString("position");
            more = page.getBoolean("more");
        }

        assertEquals(
                shown,
                new TreeSet<>(document()
                        .<String, Object>getMap("components.schemas.ChangedRow.properties")
                        .keySet()));
    }

    @Test
    void readsDocumentTagsAndNotModified() {
        assertReads(operation -> {
            if (operation.isExport()) {
                assertEquals(Set.of(), operation.headers("200"));
                return;
            }
            assertEquals("header", operation.parameters().get("If-None-Match").get("in"));
            assertTrue(operation.headers("200").contains("ETag"));
            assertEquals(operation.headers("200"), operation.headers("304"));
            assertFalse(((Map<?, ?>) operation.responses().get("304")).containsKey("content"));
        });
    }

    @Test
    void writesDocumentPreconditions() {
        assertEvery(operation -> {
            boolean conditional = Set.of("put", "patch", "delete").contains(operation.method);
            assertEquals(conditional, operation.parameters().containsKey("If-Match"));
            boolean refusable = conditional || operation.path.equals("/batch");
            assertEquals(refusable, operation.responses().containsKey("412"));
            assertEquals(refusable, operation.responses().containsKey("428"));
            if (operation.method.equals("patch")) {
                assertTrue(operation.headers("200").contains("ETag"));
            }
            if (operation.method.equals("delete")) {
                assertEquals(Set.of(), operation.headers("200"));
            }
        });
    }

    @Test
    void creationsDocumentIdempotencyKeys() {
        Set<Object> idempotent = operations()
                .filter(operation -> operation.parameters().containsKey("Idempotency-Key"))
                .map(operation -> operation.get("operationId"))
                .collect(Collectors.toSet());
        assertEquals(
                Set.of(
                        "register",
                        "createUser",
                        "createAddress",
                        "createPost",
                        "createComment",
                        "createCategory",
                        "runBatch"),
                idempotent);
        assertEvery(operation -> {
            String success = operation.responses().containsKey("201") ? "201" : "200";
            assertEquals(
                    idempotent.contains(operation.get("operationId")),
                    operation.headers(success).contains("Idempotency-Replayed"));
        });
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> items(Map<String, Object> schema) {
        return (Map<String, Object>) schema.get("items");
    }

    /** Applies a claim to each read with a selection of members. Changes are always complete. */
    private static void assertSelections(Consumer<Documented> claim) {
        assertReads(operation -> {
            if (!operation.path.equals("/changes")) {
                claim.accept(operation);
            }
        });
    }

    /** Applies a claim to each read from PostgreSQL. The public keys are not there. */
    private static void assertReads(Consumer<Documented> claim) {
        assertEvery(operation -> {
            if (operation.method.equals("get") && !operation.path.endsWith("jwks.json")) {
                claim.accept(operation);
            }
        });
    }

    /** Applies a claim to each list that is read page by page. */
    private static void assertLists(Consumer<Documented> claim) {
        assertReads(operation -> {
            if (operation.parameters().containsKey("cursor")) {
                claim.accept(operation);
            }
        });
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> members(Map<String, Object> schema) {
        return (Map<String, Map<String, Object>>) schema.get("properties");
    }

    private record Documented(String path, String method, Map<String, Object> members) {
        Object get(String member) {
            return members.get(member);
        }

        boolean isExport() {
            return path.endsWith("/export");
        }

        /** Returns the parameters by their names. */
        @SuppressWarnings("unchecked")
        Map<String, Map<String, Object>> parameters() {
            var parameters = (List<Map<String, Object>>) members.getOrDefault("parameters", List.of());
            return parameters.stream()
                    .collect(Collectors.toMap(
                            parameter -> (String) parameter.get("name"),
                            Function.identity(),
                            (one, other) -> one,
                            LinkedHashMap::new));
        }

        @SuppressWarnings("unchecked")
        Map<String, Object> schema(String parameter) {
            return (Map<String, Object>) parameters().get(parameter).get("schema");
        }

        /** Returns the allowed values of a parameter. */
        @SuppressWarnings("unchecked")
        List<String> values(String parameter) {
            Map<String, Object> schema = schema(parameter);
            return (List<String>)
                    (schema.containsKey("items") ? items(schema) : schema).getOrDefault("enum", List.of());
        }

        Set<String> queryParameters() {
            return parameters().entrySet().stream()
                    .filter(parameter -> "query".equals(parameter.getValue().get("in")))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
        }

        /** Returns a value for each parameter of the path. */
        Object[] ids() {
            return path.contains("{") ? new Object[] {1} : new Object[] {};
        }

        /** Returns the names of the header fields of a response; none if it is not documented. */
        @SuppressWarnings("unchecked")
        Set<String> headers(String status) {
            var response = (Map<String, Map<String, Object>>) responses().getOrDefault(status, Map.of());
            return response.getOrDefault("headers", Map.of()).keySet();
        }

        @SuppressWarnings("unchecked")
        Map<String, Object> responses() {
            return (Map<String, Object>) members.get("responses");
        }
    }

    private static JsonPath document() {
        return given().queryParam("format", "json").get("/q/openapi").jsonPath();
    }

    @SuppressWarnings("unchecked")
    private static Stream<Documented> operations() {
        Map<String, Object> document = document().get("");
        var paths = (Map<String, Map<String, Object>>) document.get("paths");
        return paths.entrySet().stream()
                .flatMap(path -> path.getValue().entrySet().stream()
                        .map(operation -> new Documented(path.getKey(), operation.getKey(), (Map<String, Object>)
                                whole(document, operation.getValue()))));
    }

    /** Resolves the references to shared parameters, header fields, problems and enumerations. */
    private static Object whole(Map<String, Object> document, Object node) {
        if (node instanceof List<?> elements) {
            return elements.stream().map(element -> whole(document, element)).toList();
        }
        if (!(node instanceof Map<?, ?> object)) {
            return node;
        }
        if (object.get("$ref") instanceof String reference) {
            Map<?, ?> shared = document;
            for (String name : reference.substring(2).split("/")) {
                shared = (Map<?, ?>) shared.get(name);
            }
            return reference.contains("/schemas/") && !shared.containsKey("enum") ? node : whole(document, shared);
        }
        var whole = new LinkedHashMap<Object, Object>();
        object.forEach((name, member) -> whole.put(name, whole(document, member)));
        return whole;
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
