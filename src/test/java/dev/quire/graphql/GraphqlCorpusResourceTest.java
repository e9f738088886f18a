package dev.quire.graphql;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import graphql.ExceptionWhileDataFetching;
import graphql.ExecutionInput;
import graphql.ExecutionResult;
import graphql.GraphQL;
import graphql.GraphQLError;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Random documents: each is answered as graphql-java's own engine answers it over the same rows in memory, byte for byte, and
 * by a single statement. {@code -Dgraphql.documents=10000} tries as many.
 */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class GraphqlCorpusResourceTest {
    private static final int DOCUMENTS = Integer.getInteger("graphql.documents", 120);

    /** The number of documents whose statements are counted together, which takes as long as one of them. */
    private static final int BATCH = 20;

    /** Documents that differ are shown up to this number. */
    private static final int MAX_SHOWN = 20;

    @Inject
    GraphqlSchema schema;

    @Inject
    ObjectMapper mapper;

    private final List<String> differences = new ArrayList<>();
    private int refused;

    private record Reader(Account account, GraphQL engine) {
        /** Returns a token, null for none. */
        String token() {
            return account == null ? null : account.token();
        }
    }

    @Test
    void randomDocumentsEqualTheEngine() throws JsonProcessingException {
        Account ada = Account.create();
        Account bob = Account.register();
        List<Integer> categories = ada.categories("Corpus", 5);
        for (int i = 0; i < 12; i++) {
            Account author = i % 3 == 0 ? bob : ada;
            int post = author.post("Corpus \\\"" + i % 4 + "\\\"", categories.subList(i % 3, i % 3 + i % 4));
            for (int j = 0; j < i % 4; j++) {
                bob.comment(post);
            }
        }
        var rows = new RowsInMemory(schema.text());
        List<Reader> readers = List.of(
                new Reader(null, rows.engine(0, false)),
                new Reader(ada, rows.engine(ada.id(), false)),
                new Reader(Account.admin(), rows.engine(Account.admin().id(), true)));
        for (int seed = 0; seed < DOCUMENTS; seed += BATCH) {
            var tokens = new ArrayList<String>();
            readers.forEach(reader -> tokens.add(reader.token()));
            // So many different statements would push out others, with their counts.
            Database.rows("select pg_stat_statements_reset()");
            long before = Database.statements();
            int sent = 0;
            int reads = 0;
            for (; sent < BATCH; sent++) {
                int reader = (seed + sent) % readers.size();
                var document = new RandomDocument(schema.executable(), rows, seed + sent);
                reads += compare(seed + sent, document, readers.get(reader).engine(), tokens.get(reader)) ? 1 : 0;
            }
            // Each that reads costs at least one, so that none costs more.
            long statements = Database.statements() - before;
            if ((statements < reads || statements > sent) && differences.size() < MAX_SHOWN) {
                differences.add(sent + " documents before number " + (seed + sent) + " cost " + statements
                        + " statements, and " + reads + " of them read rows");
            }
        }
        assertTrue(differences.isEmpty(), () -> String.join("\n\n", differences));
        assertTrue(refused < DOCUMENTS / 20, () -> refused + " documents exceed a limit");
    }

    /** Compares the answers to a document, and returns whether rows were read for it. */
    private boolean compare(int number, RandomDocument document, GraphQL engine, String token)
            throws JsonProcessingException {
        ExecutionResult expected = engine.execute(ExecutionInput.newExecutionInput(document.text())
                .operationName(document.operation())
                .variables(document.variables())
                .build());
        RequestSpecification caller = token == null ? given() : given().auth().oauth2(token);
        Response response = send(document, caller);
        if (response.statusCode() == 400 && response.asString().contains(", and may have ")) {
            refused++;
            return false;
        }
        String wanted = expected(expected);
        String found = found(response.asString());
        if (!wanted.equals(found) && differences.size() < MAX_SHOWN) {
            differences.add("document " + number + ": " + document.text() + " " + document.variables() + "\n" + wanted
                    + "\n" + found);
        }
        Map<String, Object> data = expected.getData();
        return data != null && data.values().stream().anyMatch(Map.class::isInstance);
    }

    private Response send(RandomDocument document, RequestSpecification caller) throws JsonProcessingException {
        String variables = mapper.writeValueAsString(document.variables());
        if (document.isRead()) {
            if (document.operation() != null) {
                caller.queryParam("operationName", document.operation());
            }
            return caller.queryParam("query", document.text())
                    .queryParam("variables", variables)
                    .get("/graphql");
        }
        return caller.contentType(ContentType.JSON)
                .body("{\"query\":%s,\"operationName\":%s,\"variables\":%s}"
                        .formatted(
                                mapper.writeValueAsString(document.text()),
                                mapper.writeValueAsString(document.operation()),
                                variables))
                .post("/graphql");
    }

    /** Returns the bytes of the data, and before them the paths and statuses of the refused fields. */
    private String expected(ExecutionResult result) throws JsonProcessingException {
        var errors = new ArrayList<String>();
        for (GraphQLError error : result.getErrors()) {
            boolean known = error instanceof ExceptionWhileDataFetching failed
                    && failed.getException() instanceof RowsInMemory.Refused;
            errors.add(known ? refusal((ExceptionWhileDataFetching) error) : error.toString());
        }
        return errors + " " + mapper.writeValueAsString(result.toSpecification().get("data")) + "}";
    }

    private static String refusal(ExceptionWhileDataFetching error) {
        return "/" + error.getPath().get(0) + " " + ((RowsInMemory.Refused) error.getException()).status();
    }

    private String found(String answer) throws JsonProcessingException {
        var errors = new ArrayList<String>();
        for (JsonNode error : mapper.readTree(answer).path("errors")) {
            var path = new ArrayList<String>();
            error.path("path").forEach(key -> path.add("/" + key.asText()));
            errors.add(String.join("", path) + " "
                    + error.path("extensions").path("problem").path("status"));
        }
        String mark = errors.isEmpty() ? "{\"data\":" : "],\"data\":";
        return errors + " " + answer.substring(answer.indexOf(mark) + mark.length());
    }
}
