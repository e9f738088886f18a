package dev.quire.graphql;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.Metrics;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The authentication, the audit trail, the log and the metrics of GraphQL, which are those of REST. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class GraphqlAuditResourceTest {
    private static final Logger ALL = Logger.getLogger("");
    private static final Formatter WHOLE = new PatternFormatter("%p %c %m %X%e");

    private static Account ada;
    private static Account grace;
    private static int post;

    private final List<ExtLogRecord> lines = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            lines.add(ExtLogRecord.wrap(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        if (ada == null) {
            ada = Account.create();
            grace = Account.create();
            post = ada.post("Ada's");
        }
        ALL.addHandler(handler);
    }

    @AfterEach
    void stop() {
        ALL.removeHandler(handler);
    }

    private static Response send(RequestSpecification caller, String query) {
        return caller.contentType(ContentType.JSON).body(Map.of("query", query)).post("/graphql");
    }

    @Test
    void tokenIsCheckedAsInRest() {
        Account left = Account.register();
        String old = left.token();
        Account.admin().request().delete("/users/{id}", left.id()).then().statusCode(lessThan(300));
        for (String token : List.of("nonsense", ada.token() + "x", old)) {
            given().auth().oauth2(token).get("/users/{id}", ada.id()).then().spec(problem(401));
            for (String query : List.of("{ posts { totalCount } }", "mutation { deletePost(id: 1) { id } }")) {
                send(given().auth().oauth2(token), query)
                        .then()
                        .spec(problem(401))
                        .header("WWW-Authenticate", equalTo("Bearer error=\"invalid_token\""))
                        .body("data", nullValue());
            }
        }
    }

    /** Checks every kind of event that an operation of GraphQL causes in REST: writes that succeed cause none. */
    @Test
    void auditTrailEqualsThatOfRest() {
        List<List<String>> pairs = List.of(
                List.of("", "mutation { deletePost(id: %d) { id } }", "DELETE /posts/%d"),
                List.of("grace", "mutation { deletePost(id: %d) { id } }", "DELETE /posts/%d"),
                List.of("grace", "{ users { totalCount } }", "GET /users"),
                List.of("", "{ me { id } }", "GET /authentication"),
                List.of("grace", "{ node(id: \"User:ADA\") { id } }", "GET /users/ADA/address"),
                List.of("ada", "mutation { deletePost(id: 999999999) { id } }", "DELETE /posts/999999999"),
                List.of(
                        "ada",
                        "mutation { ensureCategory(name: \"Audited\") { id } }",
                        "PUT /categories/named/Audited"),
                List.of("ada", "{ posts(first: 1) { nodes { id } } }", "GET /posts?limit=1"));
        for (List<String> pair : pairs) {
            String[] twin = filled(pair.get(2)).split(" ");
            List<Map<String, String>> rest =
                    trailOf(() -> request(pair.get(0)).request(twin[0], twin[1]).statusCode());
            List<Map<String, String>> graphql = trailOf(
                    () -> send(request(pair.get(0)), filled(pair.get(1))).statusCode());

            assertEquals(
                    rest.stream().map(GraphqlAuditResourceTest::comparable).toList(),
                    graphql.stream().map(GraphqlAuditResourceTest::comparable).toList(),
                    pair::toString);
            graphql.forEach(event -> assertEquals("POST /graphql", event.get("method") + " " + event.get("path")));
        }
    }

    private static String filled(String text) {
        return text.replace("%d", "" + post).replace("ADA", "" + ada.id());
    }

    private static RequestSpecification request(String name) {
        return name.isEmpty() ? given() : (name.equals("ada") ? ada : grace).request();
    }

    private List<Map<String, String>> trailOf(Runnable work) {
        lines.clear();
        work.run();
        return lines.stream()
                .filter(line -> "dev.quire.audit".equals(line.getLoggerName()))
                .map(ExtLogRecord::getMdcCopy)
                .toList();
    }

    private static Map<String, String> comparable(Map<String, String> event) {
        var fields = new TreeMap<>(event);
        fields.keySet().removeAll(List.of("traceId", "spanId", "parentId", "sampled", "method", "path"));
        return fields;
    }

    @Test
    void documentIsNotInTheLog() {
        String secret = "Secret" + UUID.randomUUID().toString().replace("-", "");
        List<String> documents = List.of(
                "query %s { posts(q: \"%1$s\") { totalCount } }",
                "{ %s: me { id } }",
                "{ %s }",
                "{ posts(first: 1000, q: \"%s\") { nodes { id } } }",
                "mutation { %s: createCategory(input: {name: \"\"}) { id } }",
                "mutation { createComment(post: 1, input: {content: \"%s\u0000\"}) { id } }");
        for (String document : documents) {
            send(ada.request(), document.formatted(secret));
        }
        given().contentType(ContentType.JSON)
                .body(Map.of(
                        "query",
                        "query ($v: Int) { posts(first: $v) { totalCount } }",
                        "variables",
                        Map.of("v", secret)))
                .post("/graphql");
        given().queryParam("query", "{ %s: me { id } }".formatted(secret)).get("/graphql");

        var found = new ArrayList<String>();
        for (ExtLogRecord line : lines) {
            String whole = WHOLE.format(line);
            if (whole.contains(secret)) {
                found.add(whole);
            }
        }
        assertEquals(List.of(), found);
        Metrics.all().keySet().forEach(series -> assertFalse(series.contains(secret), series));
    }

    @Test
    void requestsAreCountedByTheirRoute() {
        String series =
                "http_server_requests_seconds_count{method=\"%s\",outcome=\"%s\",status=\"%d\",uri=\"/graphql\"}";
        String succeeded = series.formatted("POST", "SUCCESS", 200);
        String refused = series.formatted("GET", "CLIENT_ERROR", 400);
        String operations = "graphql_operations_seconds_count{operation=\"OTHER\"}";
        Map<String, Double> before = Metrics.all();

        send(given(), "query Counted { posts { totalCount } }").then().statusCode(200);
        given().queryParam("query", "{ posts(first: 0) { totalCount } }")
                .get("/graphql")
                .then()
                .statusCode(400);

        Map<String, Double> after = Metrics.all();
        for (String each : List.of(succeeded, refused)) {
            assertEquals(1, after.get(each) - before.getOrDefault(each, 0.0), each);
        }
        assertEquals(1, after.get(operations) - before.get(operations));
    }
}
