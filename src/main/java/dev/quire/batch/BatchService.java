package dev.quire.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.idempotency.IdempotencyKeys;
import dev.quire.json.Bodies;
import dev.quire.json.Json;
import dev.quire.precondition.Preconditions;
import dev.quire.problem.OperationFailed;
import dev.quire.problem.ProblemException.Invalid;
import dev.quire.problem.Violation;
import dev.quire.revocation.Revocations;
import dev.quire.upsert.Upserted;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.eclipse.microprofile.health.Readiness;
import org.hibernate.reactive.mutiny.Mutiny;

/** Several writes in one transaction: all of them, or none. */
@ApplicationScoped
public class BatchService {
    static final int MOST = 100;

    /** In a path; a category whose name begins like that is written with %24. */
    private static final Pattern REFERENCE = Pattern.compile("(?<=[/:])\\$([^/?&]*)");

    private final Operations operations;
    private final Bodies bodies;
    private final Preconditions preconditions;
    private final IdempotencyKeys keys;
    private final Revocations revocations;

    BatchService(
            Operations operations,
            Bodies bodies,
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
     * The array of what each operation is answered.
     *
     * @throws OperationFailed as the failure, when one is refused: none has been done then
     */
    public Uni<Upserted> run(List<OperationInput> batch) {
        requireSound(batch);
        boolean revoking = batch.stream().anyMatch(one -> one.method().equals("DELETE"));
        // What a deletion has revoked is known when it is committed.
        return runAll(batch)
                .call(() -> revoking ? revocations.load() : Uni.createFrom().voidItem());
    }

    private static void requireSound(List<OperationInput> batch) {
        if (batch.isEmpty() || batch.size() > MOST) {
            throw new Invalid("", "must have 1 to " + MOST + " operations");
        }
        var names = new HashSet<String>();
        var twice = new ArrayList<Violation>();
        for (int i = 0; i < batch.size(); i++) {
            String name = batch.get(i).id();
            if (name != null && !names.add(name)) {
                twice.add(Violation.at("/" + i + "/id", "is the name of an earlier operation"));
            }
        }
        if (!twice.isEmpty()) {
            throw new Invalid(twice);
        }
    }

    @WithTransaction
    Uni<Upserted> runAll(List<OperationInput> batch) {
        return keys.once(() -> {
            var made = new HashMap<String, Long>();
            var results = new ArrayList<ResultView>();
            Uni<?> all = Uni.createFrom().voidItem();
            for (int i = 0; i < batch.size(); i++) {
                int place = i;
                all = all.chain(() -> run(batch.get(place), made))
                        .invoke(results::add)
                        .onFailure(failure -> !(failure instanceof OperationFailed))
                        .transform(failure -> new OperationFailed(place, failure));
            }
            return all.map(done -> new Upserted(0, null, new Json(bodies.text(results)), false));
        });
    }

    private Uni<ResultView> run(OperationInput operation, Map<String, Long> made) {
        OperationInput.Conditions headers = operation.headers();
        preconditions.setOperation(
                headers == null
                        ? new Preconditions.Headers(null, null)
                        : new Preconditions.Headers(headers.ifMatch(), headers.ifNoneMatch()));
        String path = REFERENCE.matcher(operation.path()).replaceAll(found -> {
            Long id = made.get(found.group(1));
            if (id == null) {
                throw new Invalid(List.of(Violation.ofParameter("path", unknown(found.group(1)))));
            }
            return id.toString();
        });
        JsonNode body = operation.body() == null ? null : operation.body().deepCopy();
        resolve(body, "", made);
        return operations
                .run(operation.id(), operation.method(), path, body)
                // Its entities do not know what statements have changed past them.
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

    /** Puts ids in place of their names: no id is a text otherwise. */
    private static void resolve(JsonNode body, String pointer, Map<String, Long> made) {
        if (body instanceof ObjectNode object && object.path("id").asText().startsWith("$")) {
            String name = object.get("id").asText().substring(1);
            if (!made.containsKey(name)) {
                throw new Invalid(pointer + "/id", unknown(name));
            }
            object.set("id", LongNode.valueOf(made.get(name)));
        }
        if (body instanceof ObjectNode object) {
            object.properties().forEach(member -> resolve(member.getValue(), pointer + "/" + member.getKey(), made));
        } else if (body != null) {
            for (int i = 0; i < body.size(); i++) {
                resolve(body.get(i), pointer + "/" + i, made);
            }
        }
    }

    private static String unknown(String name) {
        return "refers to $" + name + ", which no earlier operation has made";
    }
}
