package dev.quire.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.environment.OpenApiContractFilter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openapitools.openapidiff.core.OpenApiCompare;
import org.openapitools.openapidiff.core.model.ChangedOpenApi;
import org.openapitools.openapidiff.core.output.ConsoleRender;

/** Compatibility with the released document: a client generated from it works until the major version changes. */
class BreakingChangesTest {
    private static final Path RELEASED = OpenApiContractFilter.DOCUMENT.resolveSibling("released.json");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void currentDocumentBreaksNoReleasedClient() throws IOException {
        JsonNode released = JSON.readTree(Files.readString(RELEASED));
        JsonNode current = JSON.readTree(Files.readString(OpenApiContractFilter.DOCUMENT));

        String breaking = breaking(released, current);
        assertTrue(
                breaking.isEmpty() || major(current) > major(released),
                () -> "without a new major version: " + breaking);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "remove | /paths/~1batch",
                "remove | /paths/~1posts/post",
                "remove | /paths/~1posts/get/operationId",
                "remove | /paths/~1posts/get/parameters/0",
                "remove | /paths/~1posts~1export/get/responses/200/content/application~1x-ndjson",
                "remove | /paths/~1posts/get/responses/200/headers/Link",
                "remove | /components/schemas/EmbeddedPost/properties/title",
                "remove | /components/schemas/Post/required/0",
                "remove | /components/schemas/PostInput/properties/categories",
                "remove | /components/schemas/PostSort/enum/0",
                "remove | /components/schemas/UserMember/enum/0",
                "\"integer\" | /components/schemas/EmbeddedPost/properties/title/type",
                "[\"string\", \"null\"] | /components/schemas/Post/properties/title/type",
                "\"integer\" | /components/schemas/PostInput/properties/title/type",
                "10 | /components/schemas/PostInput/properties/title/maxLength",
                "[\"title\", \"content\", \"categories\"] | /components/schemas/PostInput/required",
                "[{\"bearer\": []}] | /paths/~1posts/get/security",
                "50 | /components/parameters/limit/schema/maximum"
            })
    void breakingChangeIsDetected(String value, String place) throws IOException {
        assertFalse(breaking(released(), changed(value, place)).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"get\": {\"operationId\": \"more\", \"responses\": {}}} | /paths/~1more",
                "{\"type\": \"string\"} | /components/schemas/PostInput/properties/more",
                "{\"type\": \"string\"} | /components/schemas/EmbeddedPost/properties/more",
                "200 | /components/parameters/limit/schema/maximum",
                "\"urn:quire:problem:more\" | /components/schemas/ProblemType/enum/-",
                "\"Said in other words\" | /paths/~1posts/get/summary"
            })
    void compatibleChangeIsAllowed(String value, String place) throws IOException {
        assertEquals("", breaking(released(), changed(value, place)));
    }

    private static JsonNode released() throws IOException {
        return JSON.readTree(Files.readString(RELEASED));
    }

    private static JsonNode changed(String value, String place) throws IOException {
        JsonNode changed = released();
        int name = place.lastIndexOf('/');
        JsonNode parent = changed.at(place.substring(0, name));
        String last = place.substring(name + 1).replace("~1", "/");
        if (last.equals("-")) {
            ((ArrayNode) parent).add(JSON.readTree(value));
        } else if (parent instanceof ArrayNode array) {
            array.remove(Integer.parseInt(last));
        } else if (value.equals("remove")) {
            ((ObjectNode) parent).remove(last);
        } else {
            ((ObjectNode) parent).set(last, JSON.readTree(value));
        }
        return changed;
    }

    private static int major(JsonNode document) {
        return Integer.parseInt(document.at("/info/version").asText().split("\\.")[0]);
    }

    /** Lists the parts of a document that a client would miss in a later one, empty when there are none. */
    private static String breaking(JsonNode before, JsonNode after) {
        ChangedOpenApi difference = OpenApiCompare.fromContents(
                older(before).toString(), older(withKnownValues(before, after)).toString());
        Set<String> missing = promises(before);
        missing.removeAll(promises(after));
        if (difference.isCompatible() && missing.isEmpty()) {
            return "";
        }
        var report = new ByteArrayOutputStream();
        new ConsoleRender().render(difference, new OutputStreamWriter(report, StandardCharsets.UTF_8));
        return missing + "\n" + report.toString(StandardCharsets.UTF_8);
    }

    /** Leaves out the new values of enumerations whose description announces them to clients. */
    private static JsonNode withKnownValues(JsonNode before, JsonNode after) {
        JsonNode known = after.deepCopy();
        for (JsonNode schema : known.at("/components/schemas")) {
            if (schema.path("description").asText().contains("A new version may have more")) {
                String values = before.at(
                                "/components/schemas/" + schema.path("title").asText() + "/enum")
                        .toString();
                ((ArrayNode) schema.get("enum")).removeIf(value -> !values.contains(value.toString()));
            }
        }
        return known;
    }

    /** Lists the names that generated code uses, and the members that are never null: openapi-diff ignores these. */
    private static Set<String> promises(JsonNode document) {
        var promises = new TreeSet<String>();
        document.findValuesAsText("operationId").forEach(promises::add);
        document.at("/components/schemas")
                .properties()
                .forEach(schema -> schema.getValue()
                        .path("properties")
                        .properties()
                        .forEach(member -> {
                            String name = schema.getKey() + "." + member.getKey();
                            promises.add(name);
                            boolean written = schema.getValue().has("additionalProperties");
                            if (!written && !member.getValue().toString().contains("\"null\"")) {
                                promises.add(name + " is not null");
                            }
                        }));
        return promises;
    }

    /** Converts to OpenAPI 3.0, since openapi-diff misses changes of types in a 3.1 document (its issue 745). */
    private static JsonNode older(JsonNode node) {
        if (node instanceof ArrayNode array) {
            ArrayNode older = JSON.createArrayNode();
            array.forEach(element -> older.add(older(element)));
            return older;
        }
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        ObjectNode older = JSON.createObjectNode();
        object.properties().forEach(member -> older.set(member.getKey(), older(member.getValue())));
        if (older.path("openapi").isTextual()) {
            older.put("openapi", "3.0.3");
        }
        if (older.path("type").isArray()) {
            older.set("type", older.get("type").get(0));
        }
        if (older.path("oneOf").isArray()) {
            // A type or null
            older.set("allOf", JSON.createArrayNode().add(older.remove("oneOf").get(0)));
        }
        return older;
    }
}
