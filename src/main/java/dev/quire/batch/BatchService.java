package dev.quire.batch;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.http.IdempotencyKeys;
import dev.quire.http.Preconditions;
import dev.quire.http.WriteResult;
import dev.quire.json.RawJson;
import dev.quire.json.RequestBodies;
import dev.quire.problem.OperationFailed;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.Violation;
import dev.quire.problem.Violation.Code;
import dev.quire.security.Revocations;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.eclipse.microprofile.health.Readiness;
import org.hibernate.reactive.mutiny.Mutiny;

/** The use case of several writes in one transaction: all of them, or none. */
@ApplicationScoped
public class BatchService {
    static final int MAX_OPERATIONS = 100;

    /** The maximum length of a header field, in characters. */
    private static final int MAX_HEADER = 8192;

    /** The maximum length of all responses together, in characters: twice the maximum that a batch can write. */
    private static final int MAX_ANSWER = 2 << 20;

    private static final Set<String> HEADERS = caseInsensitive(Preconditions.IF_MATCH, Preconditions.IF_NONE_MATCH);

    /** A reference in a path. A category name that begins with a dollar sign needs %24 instead. */
    private static final Pattern REFERENCE = Pattern.compile("(?<=[/:])\\$([^/?&]*)");

    private final Operations operations;
    private final RequestBodies bodies;
    private final Preconditions preconditions;
    private final IdempotencyKeys keys;
    private final Revocations revocations;

    BatchService(
            Operations operations,
            RequestBodies bodies,
            Preconditions preconditions,
            IdempotencyKeys keys,
            @Readiness Revocations revocations) {
        this.operations = operations;
        this.bodies = bodies;
        this.preconditions = preconditions;
        this.keys = keys;
        this.revocations = revocations;
    }

    /**
     * Runs all operations, and returns the array of their responses.
     *
     * @throws OperationFailed as the failure, when an operation is rejected: then nothing is changed
     */
    public Uni<WriteResult> run(List<OperationInput> batch) {
        requireSound(batch);
        boolean revoking = batch.stream().anyMatch(one -> one.method().equals("DELETE"));
        // The revocations of a deletion can be read only after the commit.
        return runAll(batch)
                .call(() -> revoking ? revocations.learn() : Uni.createFrom().voidItem());
    }

    private static Set<String> caseInsensitive(String... names) {
        var set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        set.addAll(List.of(names));
        return set;
    }

    private static void requireSound(List<OperationInput> batch) {
        if (batch.isEmpty() || batch.size() > MAX_OPERATIONS) {
            throw new UnprocessableEntity(
                    "",
                    batch.isEmpty() ? Code.TOO_FEW : Code.TOO_MANY,
                    "must have 1 to " + MAX_OPERATIONS + " operations");
        }
        var violations = new ArrayList<Violation>();
        var names = new HashSet<String>();
        for (int i = 0; i < batch.size(); i++) {
            OperationInput operation = batch.get(i);
            if (operation.id() != null && !names.add(operation.id())) {
                violations.add(Violation.at("/" + i + "/id", Code.REPEATED, "is already used by an earlier operation"));
            }
            JsonPointer headers = JsonPointer.empty().appendIndex(i).appendProperty("headers");
            var seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
            operation.headers().forEach((name, value) -> {
                String place = headers.appendProperty(name).toString();
                if (!HEADERS.contains(name)) {
                    violations.add(Violation.at(place, Code.UNKNOWN, "is unknown or read-only"));
                } else if (!seen.add(name)) {
                    violations.add(Violation.at(place, Code.REPEATED, "is there twice"));
                } else if (value == null) {
                    violations.add(Violation.at(place, Code.WRONG_TYPE, "must be a string"));
                } else if (value.length() > MAX_HEADER) {
                    violations.add(
                            Violation.at(place, Code.TOO_LONG, "must have at most " + MAX_HEADER + " characters"));
                }
            });
        }
        if (!violations.isEmpty()) {
            throw new UnprocessableEntity(violations);
        }
    }

    @WithTransaction
    Uni<WriteResult> runAll(List<OperationInput> batch) {
        return keys.executeOnce(() -> {
            var made = new HashMap<String, Long>();
            var results = new ArrayList<ResultView>();
            Uni<?> all = Uni.createFrom().voidItem();
            for (int i = 0; i < batch.size(); i++) {
                int place = i;
                all = all.chain(() -> run(batch.get(place), made))
                        .invoke(result -> add(result, results))
                        .onFailure(failure -> !(failure instanceof OperationFailed))
                        .transform(failure -> new OperationFailed(
                                place, batch.get(place).headers().keySet(), failure));
            }
            return all.map(done -> new WriteResult(0, null, new RawJson(bodies.text(results)), false));
        });
    }

    /** Adds a result up to a limit: the responses to a hundred short changes of long posts would fill the memory. */
    private static void add(ResultView result, List<ResultView> results) {
        results.add(result);
        long length = results.stream()
                .mapToLong(one -> one.body() == null ? 0 : one.body().length())
                .sum();
        if (length > MAX_ANSWER) {
            throw new UnprocessableEntity(List.of(Violation.ofParameter(
                    "path",
                    Code.TOO_LARGE,
                    "is answered with more than " + MAX_ANSWER + " characters, along with those before")));
        }
    }

    private Uni<ResultView> run(OperationInput operation, Map<String, Long> made) {
        preconditions.setOperation(operation.conditions());
        String path = REFERENCE.matcher(operation.path()).replaceAll(found -> {
            Long id = made.get(found.group(1));
            if (id == null) {
                throw new UnprocessableEntity(
                        List.of(Violation.ofParameter("path", Code.NOT_FOUND, unknown(found.group(1)))));
            }
            return id.toString();
        });
        return operations
                .run(operation.id(), operation.method(), path, body(operation, made))
                // Statements that bypass the session make its entities stale.
                .call(() -> Panache.getSession().call(Mutiny.Session::flush).invoke(Mutiny.Session::clear))
                .invoke(result -> note(result, made));
    }

    private void note(ResultView result, Map<String, Long> made) {
        if (result.id() != null && result.body() != null) {
            JsonNode id = bodies.parse(result.body()).path("id");
            if (id.isIntegralNumber()) {
                made.put(result.id(), id.asLong());
            }
        }
    }

    /** Returns the body of an operation with ids in place of references; null if there is none. */
    private JsonNode body(OperationInput operation, Map<String, Long> made) {
        if (operation.body() == null) {
            return null;
        }
        JsonNode body = bodies.read(operation.body());
        resolve(body, JsonPointer.empty(), made);
        return body;
    }

    /** Replaces references by ids. A reference cannot be mistaken for an id, since no id is a string. */
    private static void resolve(JsonNode body, JsonPointer place, Map<String, Long> made) {
        if (body instanceof ObjectNode object && object.path("id").asText().startsWith("$")) {
            String name = object.get("id").asText().substring(1);
            if (!made.containsKey(name)) {
                throw new UnprocessableEntity(place.appendProperty("id").toString(), Code.NOT_FOUND, unknown(name));
            }
            object.set("id", LongNode.valueOf(made.get(name)));
        }
        if (body instanceof ObjectNode object) {
            object.properties()
                    .forEach(member -> resolve(member.getValue(), place.appendProperty(member.getKey()), made));
        } else if (body instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                resolve(array.get(i), place.appendIndex(i), made);
            }
        }
    }

    private static String unknown(String name) {
        return "refers to $" + name + ", which no earlier operation has made";
    }
}
