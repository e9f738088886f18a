package dev.quire.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.OpenApiContractFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The consistency of the document's schemas, for any entities. */
class SchemasTest {
    private static JsonNode document;

    @BeforeAll
    static void read() throws IOException {
        document = new ObjectMapper().readTree(Files.readString(OpenApiContractFilter.DOCUMENT));
    }

    @Test
    void readsHaveTheMembersAndRelationsThatCanBeSelected() {
        var selected = new TreeSet<String>();
        eachOperation((name, operation) -> {
            JsonNode fields = parameter(operation, "fields");
            JsonNode response = operation.at("/responses/200/content/application~1json/schema");
            if (!fields.isMissingNode() && !response.isMissingNode()) {
                JsonNode row = element(response);
                List<String> members = values(fields);
                var paths = new ArrayList<>(members);
                paths.addAll(values(parameter(operation, "include")));
                paths.forEach(path -> assertTrue(has(row, path), () -> name + " shows no " + path));
                assertEquals(
                        new TreeSet<>(members.stream()
                                .filter(path -> !path.contains("."))
                                .toList()),
                        names(row),
                        name);
                selected.add(name);
            }
        });
        assertTrue(selected.containsAll(List.of("listPosts", "getUser", "listSessions")), selected::toString);
    }

    @Test
    void requestsAreClosedToUnknownMembers() {
        var closed = new HashSet<JsonNode>();
        eachOperation((name, operation) -> operation
                .at("/requestBody/content")
                .forEach(media -> assertClosed(name, media.path("schema"), closed)));
        assertTrue(closed.size() > 15, () -> closed.size() + " schemas");
    }

    private static void assertClosed(String place, JsonNode schema, Set<JsonNode> closed) {
        JsonNode whole = whole(schema);
        if (whole.has("properties") && closed.add(whole)) {
            assertEquals("false", whole.path("additionalProperties").toString(), place);
        }
        whole.path("properties")
                .properties()
                .forEach(member -> assertClosed(place + "/" + member.getKey(), member.getValue(), closed));
        whole.path("oneOf").forEach(one -> assertClosed(place, one, closed));
        if (whole.has("items")) {
            assertClosed(place, whole.path("items"), closed);
        }
    }

    @Test
    void everySchemaExistsAndIsUsed() {
        var used = new TreeSet<String>();
        document.findValuesAsText("$ref").stream()
                .filter(reference -> reference.contains("/schemas/"))
                .forEach(reference -> used.add(reference.substring(reference.lastIndexOf('/') + 1)));
        var declared = new TreeSet<String>();
        document.at("/components/schemas").fieldNames().forEachRemaining(declared::add);

        assertEquals(declared, used);
    }

    /** Without a selection, a client gets every member that is not documented as included, on each level. */
    @Test
    void readsRequireAllMembersThatAreNotOptional() {
        var rows = new TreeSet<String>();
        eachOperation((name, operation) -> {
            JsonNode response = operation.at("/responses/200/content/application~1json/schema");
            if (!parameter(operation, "fields").isMissingNode() && !response.isMissingNode()) {
                assertRequired(name, element(response), rows);
            }
        });
        assertTrue(rows.containsAll(List.of("listPosts", "listPosts.comments.author")), rows::toString);
    }

    private static void assertRequired(String place, JsonNode row, Set<String> rows) {
        rows.add(place);
        var always = new TreeSet<String>();
        row.path("properties").properties().forEach(member -> {
            if (!member.getValue().path("description").asText().startsWith("With include=")) {
                always.add(member.getKey());
            }
            JsonNode embedded = element(member.getValue());
            if (embedded.has("properties")) {
                assertRequired(place + "." + member.getKey(), embedded, rows);
            }
        });
        var required = new TreeSet<String>();
        row.path("required").forEach(member -> required.add(member.asText()));
        // Everyone may read a user, but only a part of it.
        assertEquals(place.equals("getUser") ? Set.of("id", "name") : always, required, place);
    }

    /** Some generators follow references without end. */
    @Test
    void noSchemaContainsItself() {
        document.at("/components/schemas").fieldNames().forEachRemaining(name -> assertEnds(name, List.of()));
    }

    private static void assertEnds(String name, List<String> above) {
        assertTrue(!above.contains(name), () -> above + " lead back to " + name);
        var path = new ArrayList<>(above);
        path.add(name);
        document.at("/components/schemas/" + name).findValuesAsText("$ref").stream()
                .distinct()
                .forEach(reference -> assertEnds(reference.substring(reference.lastIndexOf('/') + 1), path));
    }

    /** In Go, NewX is the constructor of X. In several languages, a type is either an object or an array. */
    @Test
    void generatorsCanNameAndRepresentSchemas() {
        document.at("/components/schemas").properties().forEach(schema -> {
            String name = schema.getKey();
            assertTrue(!name.startsWith("New"), name);
            assertEquals(name, schema.getValue().path("title").asText());
            assertTrue(!schema.getValue().path("type").isArray(), name);
        });
        document.findParents("enum").forEach(values -> assertTrue(!values.has("pattern"), values::toString));
        document.findValues("pattern").forEach(pattern -> {
            if (pattern.isTextual()) {
                assertTrue(pattern.asText().matches("(?s)\\^.*\\$"), pattern::toString);
            }
        });
        document.path("paths")
                .findValues("headers")
                .forEach(headers -> assertTrue(
                        headers.findValues("$ref").stream()
                                .noneMatch(to -> to.asText().contains("/headers/")),
                        headers::toString));
    }

    /** Generators invent names for anonymous objects, such as InlineObject or Register201Response. */
    @Test
    void objectsHaveNames() {
        eachOperation((name, operation) -> {
            assertNamed(name, operation.path("requestBody"));
            operation.path("responses").forEach(response -> assertNamed(name, whole(response)));
        });
        document.at("/components/schemas")
                .forEach(schema -> schema.path("properties")
                        .forEach(member -> assertTrue(member.findValue("properties") == null, member::toString)));
    }

    private static void assertNamed(String operation, JsonNode message) {
        message.path("content").forEach(media -> {
            JsonNode schema = media.path("schema");
            JsonNode one = schema.has("items") ? schema.path("items") : schema;
            assertTrue(
                    one.has("$ref") || one.path("type").asText().equals("string"),
                    () -> operation + " has an anonymous schema: " + schema);
        });
    }

    private static void eachOperation(BiConsumer<String, JsonNode> claim) {
        document.path("paths")
                .forEach(path -> path.forEach(
                        operation -> claim.accept(operation.path("operationId").asText(), operation)));
    }

    private static JsonNode parameter(JsonNode operation, String name) {
        for (JsonNode parameter : operation.path("parameters")) {
            if (whole(parameter).path("name").asText().equals(name)) {
                return whole(parameter);
            }
        }
        return document.path("none");
    }

    private static List<String> values(JsonNode parameter) {
        var values = new ArrayList<String>();
        whole(parameter.at("/schema/items")).path("enum").forEach(value -> values.add(value.asText()));
        return values;
    }

    /** Follows a path like {@code posts.author.name} through the schemas. */
    private static boolean has(JsonNode schema, String path) {
        String[] names = path.split("\\.", 2);
        JsonNode member = schema.path("properties").path(names[0]);
        return !member.isMissingNode() && (names.length == 1 || has(element(member), names[1]));
    }

    private static Set<String> names(JsonNode schema) {
        var names = new TreeSet<String>();
        schema.path("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Returns the schema of an object: the referenced one, that of the elements, or the one beside null. */
    private static JsonNode element(JsonNode schema) {
        JsonNode whole = whole(schema);
        if (whole.has("items")) {
            return element(whole.path("items"));
        }
        return whole.has("oneOf") ? element(whole.path("oneOf").get(0)) : whole;
    }

    private static JsonNode whole(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
    }
}
