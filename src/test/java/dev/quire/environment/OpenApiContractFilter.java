package dev.quire.environment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.format.PatternFormat;
import com.networknt.schema.keyword.NonValidationKeyword;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.http.Header;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A filter that compares every request of REST Assured, and its response, with the OpenAPI document: the status, header
 * fields, media type and body must be documented, and an accepted request must be one that the document allows.
 */
public class OpenApiContractFilter implements Filter {
    /** The document that responses are compared with. */
    public static final Path DOCUMENT = Path.of("src", "main", "openapi", "openapi.json");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String IRI = "https://quire.test/openapi.json";

    /** The document that holds for requests with {@code include}, and for those with {@code fields}. */
    private static final String INCLUDED = IRI + "?include";

    private static final String SELECTED = IRI + "?fields";

    private static final String NDJSON = "application/x-ndjson";

    /** RFC 3339. */
    private static final String TIME = "(?i)\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)";

    /** Header fields that any response may have, without being documented. */
    private static final Set<String> STANDARD_HEADERS = Set.of(
            "content-type",
            "content-length",
            "content-encoding",
            "transfer-encoding",
            "connection",
            "date",
            "allow",
            "server-timing",
            "vary",
            "cache-control",
            "strict-transport-security",
            "x-content-type-options",
            "access-control-allow-origin",
            "access-control-allow-credentials",
            "access-control-expose-headers");

    /** Statuses that any path may have before its operation is known. */
    private static final Set<Integer> STATUSES_OF_ANY_PATH = Set.of(400, 401, 404, 405, 413, 414, 431, 503);

    private final JsonNode document;
    private final SchemaRegistry schemas;

    /** @throws UncheckedIOException when there is no document */
    public OpenApiContractFilter() {
        try {
            String text = Files.readString(DOCUMENT);
            document = JSON.readTree(text);
            Dialect dialect = Dialect.builder(Dialects.getOpenApi31())
                    // The document around the schemas
                    .unknownKeywordFactory((keyword, context) -> new NonValidationKeyword(keyword))
                    // The library's own formats refuse unregistered domains, and the time zone -00:00.
                    .format(PatternFormat.of("email", "[^@]+@[^@]+", null))
                    .format(PatternFormat.of("date-time", TIME, null))
                    .build();
            Map<String, String> documents = Map.of(
                    IRI, text,
                    INCLUDED, relaxed(member -> member.findValue("$ref") != null),
                    SELECTED, relaxed(member -> true));
            schemas = SchemaRegistry.withDialect(dialect, builder -> builder.schemas(documents));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the document without the requirement of such members, since a request selects the members shown. */
    private String relaxed(Predicate<JsonNode> absent) {
        JsonNode relaxed = document.deepCopy();
        relaxed.at("/components/schemas").forEach(schema -> {
            if (schema.path("required") instanceof ArrayNode required) {
                required.removeIf(name -> absent.test(schema.path("properties").path(name.asText())));
            }
        });
        return relaxed.toString();
    }

    /** Returns the document that holds for rows selected by such a query. */
    private static String selection(String query) {
        List<String> names = query == null
                ? List.of()
                : Stream.of(query.split("&"))
                        .map(pair -> pair.replaceFirst("=.*", ""))
                        .toList();
        if (names.contains("fields")) {
            return SELECTED;
        }
        return names.contains("include") ? INCLUDED : IRI;
    }

    @Override
    public Response filter(
            FilterableRequestSpecification request, FilterableResponseSpecification expected, FilterContext context) {
        Response response = context.next(request, expected);
        close(request, response);
        List<String> violations = new ArrayList<>();
        check(request, response, violations);
        if (!violations.isEmpty()) {
            throw new AssertionError(request.getMethod() + " " + request.getURI() + " is answered "
                    + response.statusCode() + ", and not as documented: " + violations);
        }
        return response;
    }

    /**
     * Closes the client: REST Assured takes one for each request, and would leave its connection open until garbage
     * collection.
     */
    @SuppressWarnings("deprecation")
    private static void close(FilterableRequestSpecification request, Response response) {
        response.asByteArray();
        request.getHttpClient().getConnectionManager().shutdown();
    }

    private void check(FilterableRequestSpecification request, Response response, List<String> violations) {
        URI uri = URI.create(request.getURI());
        String path = uri.getRawPath();
        // GraphQL has a schema in its own language.
        if (path.startsWith("/q/") || path.equals("/graphql") || uri.getPort() == Environment.MANAGEMENT_PORT) {
            return;
        }
        String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
        String template = template(path);
        JsonNode operation = template == null
                ? JsonNodeFactory.instance.missingNode()
                : document.path("paths").path(template).path(method.toLowerCase(Locale.ROOT));
        if (operation.isMissingNode()) {
            if (!method.equals("OPTIONS") && !STATUSES_OF_ANY_PATH.contains(response.statusCode())) {
                violations.add("there is no such operation");
            }
            return;
        }
        String place = "/paths/" + escaped(template) + "/" + method.toLowerCase(Locale.ROOT);
        // A list requested as lines is answered like its export.
        String exported = place.replaceFirst("(~1export)?/get$", "~1export/get");
        boolean lines = response.statusCode() == 200 && NDJSON.equals(media(response));
        checkAnswer(lines ? exported : place, selection(uri.getRawQuery()), request, response, violations);
        if (response.statusCode() < 400) {
            checkQuery(place, uri.getRawQuery(), violations);
            checkBody(place, request, violations);
        }
    }

    private void checkAnswer(
            String place,
            String selection,
            FilterableRequestSpecification request,
            Response response,
            List<String> violations) {
        String answer = resolved(place + "/responses/" + response.statusCode());
        JsonNode documented = document.at(answer);
        if (documented.isMissingNode()) {
            violations.add("the status is not documented");
            return;
        }
        checkHeaders(answer, documented, response, violations);
        byte[] body = response.asByteArray();
        if (body.length == 0) {
            if (documented.has("content") && !request.getMethod().equals("HEAD")) {
                violations.add("there is no body");
            }
            return;
        }
        String media = media(response);
        String content = answer + "/content/" + escaped(media);
        if (document.at(content).isMissingNode()) {
            violations.add("the media type " + media + " is not documented");
        } else if (!media.equals(NDJSON)) {
            validate(selection, content + "/schema", parsed(body), "the body", violations);
        } else {
            // Anything that a page would show, and the count.
            String item = answer.replace("~1export/get", "/get") + "/content/" + escaped("application/json")
                    + "/schema/items";
            List<String> lines = response.asString().lines().toList();
            lines.subList(0, Math.max(0, lines.size() - 1))
                    .forEach(line -> validate(
                            selection, item, parsed(line.getBytes(StandardCharsets.UTF_8)), "a line", violations));
        }
    }

    private static String media(Response response) {
        return response.contentType().replaceFirst("\\s*;.*", "");
    }

    private void checkHeaders(String answer, JsonNode documented, Response response, List<String> violations) {
        var known = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        documented
                .path("headers")
                .fieldNames()
                .forEachRemaining(name -> known.put(name, resolved(answer + "/headers/" + escaped(name))));
        for (Header header : response.headers()) {
            String place = known.remove(header.getName());
            if (place != null) {
                validate(
                        place + "/schema",
                        value(header.getValue(), document.at(place + "/schema")),
                        header.getName(),
                        violations);
            } else if (!STANDARD_HEADERS.contains(header.getName().toLowerCase(Locale.ROOT))) {
                violations.add("the header field " + header.getName() + " is not documented");
            }
        }
        known.forEach((name, place) -> {
            if (document.at(place).path("required").asBoolean()) {
                violations.add("the header field " + name + " is missing");
            }
        });
    }

    private void checkQuery(String place, String query, List<String> violations) {
        var schemas = new TreeMap<String, String>();
        int parameters = document.at(place + "/parameters").size();
        for (int i = 0; i < parameters; i++) {
            String parameter = resolved(place + "/parameters/" + i);
            if (document.at(parameter).path("in").asText().equals("query")) {
                schemas.put(document.at(parameter).path("name").asText(), parameter + "/schema");
            }
        }
        var values = new TreeMap<String, String>();
        for (String pair : query == null ? new String[0] : query.split("&")) {
            String[] parts = pair.split("=", 2);
            // A list may be given by repetition; a malformed one is refused then.
            values.merge(decoded(parts[0]), parts.length > 1 ? decoded(parts[1]) : "", (one, next) -> one + "," + next);
        }
        values.forEach((name, value) -> {
            String schema = schemas.get(name);
            if (schema == null) {
                violations.add("the parameter " + name + " is not documented");
            } else {
                validate(schema, value(value, document.at(schema)), name, violations);
            }
        });
    }

    private void checkBody(String place, FilterableRequestSpecification request, List<String> violations) {
        Object body = request.getBody();
        if (body == null || request.getContentType() == null) {
            return;
        }
        String media = request.getContentType().replaceFirst("\\s*;.*", "").toLowerCase(Locale.ROOT);
        String content = place + "/requestBody/content/" + escaped(media);
        if (document.at(content).isMissingNode()) {
            violations.add("a body of " + media + " is not documented");
        } else {
            byte[] bytes = body instanceof byte[] some ? some : body.toString().getBytes(StandardCharsets.UTF_8);
            validate(content + "/schema", parsed(bytes), "the body of the request", violations);
        }
    }

    private void validate(String place, JsonNode value, String subject, List<String> violations) {
        validate(IRI, place, value, subject, violations);
    }

    private void validate(String selection, String place, JsonNode value, String subject, List<String> violations) {
        faults(selection, place, value).forEach(fault -> violations.add(subject + ": " + fault));
    }

    /** Returns the violations of a value by the schema at such a place (RFC 6901) in the document. */
    public List<String> faults(String place, JsonNode value) {
        return faults(IRI, place, value);
    }

    private List<String> faults(String selection, String place, JsonNode value) {
        Schema schema = schemas.getSchema(SchemaLocation.of(selection + "#" + place));
        return schema
                .validate(value, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .toList();
    }

    /** Returns the path in the document, the one with the fewest parameters when several match. */
    private String template(String path) {
        var templates = new ArrayList<String>();
        document.path("paths").fieldNames().forEachRemaining(template -> {
            if (Pattern.matches(template.replaceAll("\\{\\w+}", "[^/]+"), path)) {
                templates.add(template);
            }
        });
        return templates.stream()
                .min((one, other) -> Boolean.compare(one.contains("{id}"), other.contains("{id}")))
                .orElse(null);
    }

    /** Converts a text to the type of its schema, which may be an array separated by commas. */
    private JsonNode value(String text, JsonNode schema) {
        JsonNode known =
                schema.has("$ref") ? document.at(schema.get("$ref").asText().substring(1)) : schema;
        switch (known.path("type").asText()) {
            case "array" -> {
                ArrayNode array = JSON.createArrayNode();
                for (String element : text.isEmpty() ? new String[0] : text.split(",", -1)) {
                    array.add(value(element, known.get("items")));
                }
                return array;
            }
            case "integer", "boolean" -> {
                return parsed(text.getBytes(StandardCharsets.UTF_8));
            }
            default -> {
                return JsonNodeFactory.instance.textNode(text);
            }
        }
    }

    private String resolved(String place) {
        JsonNode reference = document.at(place).path("$ref");
        return reference.isMissingNode() ? place : reference.asText().substring(1);
    }

    private static JsonNode parsed(byte[] text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return JsonNodeFactory.instance.textNode(new String(text, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** Escapes a name for a JSON Pointer (RFC 6901). */
    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
