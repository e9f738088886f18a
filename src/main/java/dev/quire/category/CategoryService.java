package dev.quire.category;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.http.DeletePolicy;
import dev.quire.http.DeletionReport;
import dev.quire.http.FieldParameters;
import dev.quire.http.IdempotencyKeys;
import dev.quire.http.Page;
import dev.quire.http.PageRequest;
import dev.quire.http.Preconditions;
import dev.quire.http.WriteResult;
import dev.quire.json.RawJson;
import dev.quire.json.RequestBodies;
import dev.quire.model.Category;
import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.NotFound;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.Violation;
import dev.quire.problem.Violation.Code;
import dev.quire.query.ChangeKind;
import dev.quire.query.Deletions;
import dev.quire.query.Filter;
import dev.quire.query.PagedCollection;
import dev.quire.query.QueryService;
import dev.quire.query.Representation;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The use cases of categories. */
@ApplicationScoped
public class CategoryService {
    @Produces
    @Singleton
    public static final Representation CATEGORY = Representation.of(Category.class)
            .show("id", "name")
            .offer("posts", "Post", 10)
            .count("postCount", "posts");

    @Produces
    @Singleton
    public static final ChangeKind CHANGES = ChangeKind.of("category", CATEGORY);

    @Produces
    @Singleton
    public static final PagedCollection CATEGORIES = new PagedCollection(CATEGORY, "name").sort("name");

    private final QueryService queries;
    private final Deletions deletions;
    private final RequestBodies bodies;
    private final Preconditions preconditions;
    private final IdempotencyKeys keys;

    CategoryService(
            QueryService queries,
            Deletions deletions,
            RequestBodies bodies,
            Preconditions preconditions,
            IdempotencyKeys keys) {
        this.queries = queries;
        this.deletions = deletions;
        this.bodies = bodies;
        this.preconditions = preconditions;
        this.keys = keys;
    }

    public Uni<Page> page(FieldParameters showing, PageRequest request) {
        return queries.page(CATEGORIES, queries.select(CATEGORY, showing), request, Filter.ALL_ROWS);
    }

    public Multi<RawJson> stream(FieldParameters showing, String sort) {
        return queries.stream(CATEGORIES, queries.select(CATEGORY, showing), sort, Filter.ALL_ROWS);
    }

    public Uni<RawJson> get(long id, FieldParameters showing) {
        return queries.get(queries.select(CATEGORY, showing), id);
    }

    /**
     * Returns the category with this name, without regard to case.
     *
     * @throws NotFound as the failure, when there is none
     */
    public Uni<RawJson> getNamed(CategoryInput named, FieldParameters showing) {
        return queries.one(queries.select(CATEGORY, showing), Filter.named(CATEGORY, "name", named.name()))
                .onItem()
                .ifNull()
                .failWith(() -> new NotFound("There is no category of this name."));
    }

    /** Returns the array of the categories of a post, empty if there is no such post. */
    public Uni<RawJson> allOf(long post, FieldParameters showing) {
        return queries.all(CATEGORIES, queries.select(CATEGORY, showing), of(post));
    }

    /** Returns the same array after a change, in the transaction of the change. */
    public Uni<RawJson> storedOf(long post) {
        return queries.storedAll(CATEGORIES, of(post));
    }

    private static Filter of(long post) {
        return Filter.related(CATEGORY, "posts", List.of(post));
    }

    @WithTransaction
    public Uni<WriteResult> create(CategoryInput input) {
        var category = new Category();
        category.name = input.name();
        return keys.executeOnce(() -> category.<Category>persistAndFlush().chain(made -> writeResult(made.id, true)));
    }

    /** Returns the category with this name, created if it does not exist. Of two concurrent callers, one creates it. */
    @WithTransaction
    public Uni<WriteResult> createIfAbsent(CategoryInput input) {
        return Category.insertMissing(Set.of(input.name()))
                .chain(made -> Category.findNamed(Set.of(input.name())).chain(found -> {
                    if (found.isEmpty()) {
                        // Deleted between the two statements; a retry creates it.
                        throw new ServiceUnavailable(Reason.CONFLICT, "The category is being deleted.");
                    }
                    long id = found.get(0).id;
                    return preconditions
                            .check(() -> made > 0 ? Uni.createFrom().nullItem() : stored(id))
                            .chain(() -> writeResult(id, made > 0));
                }));
    }

    private Uni<WriteResult> writeResult(long id, boolean created) {
        return stored(id).map(json -> new WriteResult(id, "/categories/" + id, json, created));
    }

    private Uni<RawJson> stored(long id) {
        return queries.stored(CATEGORY, Filter.id(id));
    }

    @WithTransaction
    public Uni<RawJson> replace(long id, CategoryInput input) {
        return change(id, current -> input);
    }

    /** Changes the members named in a merge patch (RFC 7396). */
    @WithTransaction
    public Uni<RawJson> patch(long id, ObjectNode patch) {
        return change(id, current -> bodies.read(bodies.merge(current, patch), CategoryInput.class));
    }

    /** Deletes the category and its links; the posts stay. With {@code restrict}, existing links prevent the deletion. */
    @WithTransaction
    public Uni<DeletionReport> delete(long id, DeletePolicy onDelete, boolean dryRun) {
        return checked(Category.lockToDelete(id), id)
                .chain(category ->
                        deletions.delete(Category.class, id, onDelete, dryRun, () -> Category.deleteOne(category)));
    }

    /**
     * Returns the categories of these references. Categories referred to by name are created if they do not exist. Runs in
     * the transaction of the caller.
     *
     * @param pointer the place of the references in the body
     * @throws UnprocessableEntity as the failure, with each id that does not exist
     */
    public Uni<Set<Category>> resolve(List<CategoryReference> references, String pointer) {
        Set<String> names = present(references.stream().map(CategoryReference::name));
        return names.isEmpty()
                ? find(references, pointer)
                : Category.insertMissing(names).chain(() -> find(references, pointer));
    }

    /**
     * Returns the ids of these references. Categories referred to by name are created if they do not exist. Runs in the
     * transaction of the caller, which has to check that the ids exist.
     */
    public Uni<Set<Long>> ids(List<CategoryReference> references) {
        Set<Long> ids = present(references.stream().map(CategoryReference::id));
        Set<String> names = present(references.stream().map(CategoryReference::name));
        return names.isEmpty()
                ? Uni.createFrom().item(ids)
                : Category.insertMissing(names)
                        .chain(() -> Category.findNamed(names))
                        .map(named -> Stream.concat(ids.stream(), named.stream().map(category -> category.id))
                                .collect(Collectors.toSet()));
    }

    /** Returns the categories like {@link #resolve}, but ignores names that do not exist. */
    public Uni<Set<Category>> find(List<CategoryReference> references, String pointer) {
        Set<Long> ids = present(references.stream().map(CategoryReference::id));
        Set<String> names = present(references.stream().map(CategoryReference::name));
        Uni<List<Category>> identified = ids.isEmpty() ? Uni.createFrom().item(List.of()) : Category.findAll(ids);
        return identified.chain(byId -> {
            requireAll(references, byId, pointer);
            Uni<List<Category>> named = names.isEmpty() ? Uni.createFrom().item(List.of()) : Category.findNamed(names);
            return named.map(
                    byName -> Stream.concat(byId.stream(), byName.stream()).collect(Collectors.toSet()));
        });
    }

    private static <T> Set<T> present(Stream<T> values) {
        return values.filter(Objects::nonNull).collect(Collectors.toSet());
    }

    private static void requireAll(List<CategoryReference> references, List<Category> found, String pointer) {
        Set<Long> ids = found.stream().map(category -> category.id).collect(Collectors.toSet());
        List<Violation> missing = IntStream.range(0, references.size())
                .filter(i -> references.get(i).id() != null
                        && !ids.contains(references.get(i).id()))
                .mapToObj(i -> Violation.at(pointer + "/" + i + "/id", Code.NOT_FOUND, "does not exist"))
                .toList();
        if (!missing.isEmpty()) {
            throw new UnprocessableEntity(missing);
        }
    }

    private Uni<RawJson> change(long id, UnaryOperator<CategoryInput> change) {
        return checked(Category.lock(id), id)
                .invoke(category ->
                        category.name = change.apply(CategoryInput.of(category)).name())
                .chain(() -> stored(id));
    }

    private Uni<Category> checked(Uni<Category> lock, long id) {
        return lock.invoke(category -> found(category, id)).call(() -> preconditions.check(() -> stored(id)));
    }

    private static Category found(Category category, long id) {
        if (category == null) {
            throw new NotFound("category", id);
        }
        return category;
    }
}
