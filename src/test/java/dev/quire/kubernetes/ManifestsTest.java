package dev.quire.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/** The manifests, compared with the model of Kubernetes' API: an unknown field is an error. */
class ManifestsTest {
    private static final Path FOLDER = Path.of("src", "main", "kubernetes");
    private static final Path KUSTOMIZATION = FOLDER.resolve("kustomization.yaml");
    /** Members whose members are not fields of the API. */
    private static final Set<String> NAMES_OF_THE_USER =
            Set.of("labels", "matchLabels", "data", "requests", "limits", "selector");

    private static final Gson GSON = new Gson();

    @ParameterizedTest
    @MethodSource("manifests")
    void manifestsHaveOnlyFieldsOfTheKubernetesApi(Path manifest) throws Exception {
        for (JsonObject document : documents(manifest)) {
            validate(document);
        }
    }

    /** Proves that the test above would find a mistake anywhere. */
    @ParameterizedTest
    @MethodSource("manifests")
    void misspeltFieldIsFound(Path manifest) throws Exception {
        for (JsonObject document : documents(manifest)) {
            int mistakes = 0;
            for (JsonObject place : places(document)) {
                place.addProperty("misspelt", "x");
                assertInstanceOf(
                        IllegalArgumentException.class,
                        assertThrows(InvocationTargetException.class, () -> validate(document), "" + place)
                                .getCause());
                place.remove("misspelt");
                mistakes++;
            }
            assertTrue(mistakes > 1, "no field was checked");
        }
    }

    @Test
    void theBaseHasEveryManifest() throws IOException {
        var named = new TreeSet<String>();
        documents(KUSTOMIZATION)
                .get(0)
                .getAsJsonArray("resources")
                .forEach(resource -> named.add(resource.getAsString()));

        assertEquals(manifests().map(file -> file.getFileName().toString()).toList(), List.copyOf(named));
    }

    @Test
    void manifestsContainNoSecret() throws IOException {
        for (Path manifest : manifests().toList()) {
            for (JsonObject document : documents(manifest)) {
                assertFalse(document.get("kind").getAsString().equals("Secret"), "" + manifest);
            }
        }
    }

    private static Stream<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> !file.equals(KUSTOMIZATION)).sorted().toList().stream();
        }
    }

    private static List<JsonObject> documents(Path manifest) throws IOException {
        var documents = new ArrayList<JsonObject>();
        for (Object document : new Yaml().loadAll(Files.readString(manifest))) {
            documents.add(GSON.toJsonTree(document).getAsJsonObject());
        }
        return documents;
    }

    /** Validates by the class of the API's model for this kind and version. */
    private static void validate(JsonObject document) throws ReflectiveOperationException {
        String version = document.get("apiVersion").getAsString().replaceFirst(".*/", "");
        Class.forName("io.kubernetes.client.openapi.models." + version.toUpperCase()
                        + document.get("kind").getAsString())
                .getMethod("validateJsonElement", JsonElement.class)
                .invoke(null, document);
    }

    /** Lists every object of the document that has fields of the API, and not names of the user. */
    private static List<JsonObject> places(JsonElement element) {
        var places = new ArrayList<JsonObject>();
        if (element.isJsonObject()) {
            places.add(element.getAsJsonObject());
            element.getAsJsonObject().entrySet().stream()
                    .filter(member -> !NAMES_OF_THE_USER.contains(member.getKey()))
                    .forEach(member -> places.addAll(places(member.getValue())));
        } else if (element.isJsonArray()) {
            element.getAsJsonArray().forEach(item -> places.addAll(places(item)));
        }
        return places;
    }
}
