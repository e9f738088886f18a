package dev.quire.graphql;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.quire.database.SqlExecutor;
import dev.quire.database.SqlStatement;
import dev.quire.graphql.Selections.Selected;
import dev.quire.http.IdempotencyKeys;
import dev.quire.http.WriteResult;
import dev.quire.json.RawJson;
import dev.quire.json.RequestBodies;
import dev.quire.problem.ProblemException;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.Unauthenticated;
import dev.quire.query.Answer;
import dev.quire.query.Projection;
import dev.quire.query.QueryService;
import dev.quire.security.Caller;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.Validator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.reactive.mutiny.Mutiny;

/** The use case of a query of any shape: one statement, built from the same representations as those of REST. */
@ApplicationScoped
public class GraphqlService {
    /** The maximum number of statements that are kept, and the maximum length of what is asked for by one. */
    private static final int MAX_KEPT = 64;

    private static final int MAX_KEPT_LENGTH = 4096;

    private final GraphqlSchema schema;
    private final Documents documents;
    private final SchemaDescription description;
    private final Mutations mutations;
    private final QueryService queries;
    private final SqlExecutor executor;
    private final RequestBodies bodies;
    private final Validator validator;
    private final OperationMetrics metrics;
    private final IdempotencyKeys keys;
    private final boolean introspection;
    private final LargeOperations large;
    private final Cache<Asked, Query> planned =
            Caffeine.newBuilder().maximumSize(MAX_KEPT).build();

    GraphqlService(
            GraphqlSchema schema,
            Documents documents,
            SchemaDescription description,
            Mutations mutations,
            QueryService queries,
            SqlExecutor executor,
            RequestBodies bodies,
            Validator validator,
            OperationMetrics metrics,
            IdempotencyKeys keys,
            LargeOperations large,
            GraphqlSettings settings) {
        this.schema = schema;
        this.documents = documents;
        this.description = description;
        this.mutations = mutations;
        this.queries = queries;
        this.executor = executor;
        this.bodies = bodies;
        this.validator = validator;
        this.metrics = metrics;
        this.keys = keys;
        this.large = large;
        this.introspection = settings.introspection();
    }

    /**
     * A request, as it was sent.
     *
     * @param query null if only its id was sent
     * @param documentId null for none
     * @param operation the name of the operation, null for the only one
     */
    record Request(String query, String documentId, String operation, Map<String, Object> variables) {}

    /**
     * The answer to an operation.
     *
     * @param data its JSON
     * @param refused the problems of root fields that are null in the data, by their keys
     */
    record Result(RawJson data, Map<String, ProblemException> refused) {}

    /** An operation whose document is valid and within all limits. */
    sealed interface Prepared {
        /** Returns the name of the operation, null for none. */
        String name();
    }

    /**
     * A query.
     *
     * @param large whether it may be so large that it delays others
     * @param refused the problems of root fields that the caller may not see, by their keys
     */
    private record Query(
            String name, SqlStatement<Answer.Read> statement, boolean large, Map<String, ProblemException> refused)
            implements Prepared {}

    /** A mutation. */
    record Mutation(Selections selections) implements Prepared {
        @Override
        public String name() {
            return selections.operation().getName();
        }
    }

    /** The parts of a request that decide on the statement of a query. */
    private record Asked(String text, String operation, Map<String, Object> variables, Caller caller) {
        boolean isShort() {
            return text.length() + variables.toString().length() <= MAX_KEPT_LENGTH;
        }
    }

    /**
     * Reads the document of a request, and plans the statement of a query.
     *
     * @throws InvalidDocument if GraphQL does not allow it
     * @throws ProblemException if it exceeds a limit
     */
    Prepared prepare(Request request, Caller caller) {
        DocumentLimits.requireShortTexts(request.variables());
        String text = documents.text(request.query(), request.documentId());
        var asked = new Asked(text, request.operation(), request.variables(), caller);
        boolean isShort = asked.isShort();
        Query known = isShort ? planned.getIfPresent(asked) : null;
        if (known != null) {
            return known;
        }
        Selections selections = documents.selections(text, request.operation(), request.variables());
        if (selections.isMutation()) {
            return new Mutation(selections);
        }
        List<Selected> roots = selections.roots();
        Map<String, String> schemaFields = describe(roots, selections);
        Query query = plan(selections, roots, schemaFields, caller);
        if (schemaFields.isEmpty() && isShort) {
            planned.put(asked, query);
        }
        return query;
    }

    private Query plan(Selections selections, List<Selected> roots, Map<String, String> schemaFields, Caller caller) {
        var planner = new Planner(schema, queries, validator, selections, caller);
        planner.add(roots, schemaFields);
        return new Query(
                selections.operation().getName(),
                planner.answer().statement(planner.isLarge()),
                planner.isLarge(),
                planner.refused());
    }

    /**
     * Runs an operation: a query by one statement, from one snapshot, and mutations in one transaction.
     *
     * @throws FieldFailed as the failure, if a mutation is rejected: then nothing is changed
     */
    Uni<Result> run(Prepared prepared, Caller caller) {
        Uni<Result> result = prepared instanceof Mutation mutation ? mutate(mutation, caller) : read((Query) prepared);
        return metrics.measure(prepared.name(), result);
    }

    private Uni<Result> read(Query query) {
        Uni<Answer.Read> all = executor.execute(query.statement());
        return (query.large() ? large.admit(all) : all).map(read -> {
            if (read.json() == null) {
                throw DocumentLimits.refused(
                        "is answered with " + read.length() + " bytes, and may be answered with " + Answer.MAX_LENGTH);
            }
            return new Result(read.json(), query.refused());
        });
    }

    private Uni<Result> mutate(Mutation mutation, Caller caller) {
        Selections selections = mutation.selections();
        var planner = new Planner(schema, queries, validator, selections, caller);
        List<Step> steps = selections.roots().stream()
                .map(field -> step(field, selections, planner))
                .toList();
        planner.requireLimits();
        for (Step step : steps) {
            if (caller.id() == 0 && !step.isTypeName()) {
                throw new FieldFailed(step.key(), new Unauthenticated("An access token is required."));
            }
        }
        Uni<RawJson> all = mutateAll(steps, caller);
        return (planner.isLarge() ? large.admit(all) : all).map(data -> new Result(data, Map.of()));
    }

    /**
     * A root field of a mutation.
     *
     * @param shown the projection of the row that was written; null if there is no such row afterwards
     * @param deleted the fields of the object that is shown then
     */
    private record Step(Selected field, Projection shown, List<Selected> deleted) {
        String key() {
            return field.key();
        }

        boolean isTypeName() {
            return field.name().equals("__typename");
        }
    }

    private Step step(Selected field, Selections selections, Planner planner) {
        if (field.name().equals("__typename")) {
            return new Step(field, null, List.of());
        }
        return schema.representation(field.type()) == null
                ? new Step(field, null, selections.below(field))
                : new Step(field, planner.projection(field, field.type(), 1), List.of());
    }

    @WithTransaction
    Uni<RawJson> mutateAll(List<Step> steps, Caller caller) {
        var data = new StringBuilder("{");
        return keys.executeOnce(() -> runAll(steps, data, caller)
                        .map(done -> new WriteResult(0, null, new RawJson("{\"data\":" + data + "}"), false)))
                .map(written -> new RawJson(data.toString()));
    }

    private Uni<?> runAll(List<Step> steps, StringBuilder data, Caller caller) {
        Uni<?> all = Uni.createFrom().voidItem();
        for (Step step : steps) {
            all = all.chain(() -> run(step, caller))
                    .invoke(json -> add(step.key(), json, data))
                    .onFailure(failure -> !(failure instanceof FieldFailed))
                    .transform(failure -> new FieldFailed(step.key(), failure));
        }
        return all.invoke(() -> data.append('}'));
    }

    private Uni<String> run(Step step, Caller caller) {
        if (step.isTypeName()) {
            return Uni.createFrom().item("\"Mutation\"");
        }
        return mutations
                .run(step.field(), step.shown(), step.deleted(), caller)
                // Statements that bypass the session make its entities stale.
                .call(() -> Panache.getSession().call(Mutiny.Session::flush).invoke(Mutiny.Session::clear));
    }

    private static void add(String key, String json, StringBuilder data) {
        if (data.length() + json.length() > Answer.MAX_LENGTH) {
            throw DocumentLimits.refused("is answered with more than " + Answer.MAX_LENGTH + " characters");
        }
        data.append(data.length() > 1 ? ",\"" : "\"").append(key).append("\":").append(json);
    }

    /** Returns the JSON of the fields that describe the schema, by their keys. */
    private Map<String, String> describe(List<Selected> roots, Selections selections) {
        List<Selected> fields =
                roots.stream().filter(SchemaDescription::isShownBy).toList();
        if (fields.isEmpty()) {
            return Map.of();
        }
        if (!introspection) {
            throw new BadRequest("Introspection is switched off.", List.of());
        }
        var json = new HashMap<String, String>();
        description.values(fields, selections).forEach((key, value) -> json.put(key, bodies.text(value)));
        return json;
    }
}
