package dev.quire.category;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.deletion.Deletion;
import dev.quire.deletion.Deletion.Effect;
import dev.quire.deletion.OnDelete;
import dev.quire.deletion.OnDelete.Policy;
import dev.quire.json.Bodies;
import dev.quire.model.Category;
import dev.quire.model.Post;
import dev.quire.paging.Keyset;
import dev.quire.paging.Page;
import dev.quire.paging.PageRequest;
import dev.quire.problem.Problem.Blocker;
import dev.quire.problem.ProblemException.Busy;
import dev.quire.problem.ProblemException.InUse;
import dev.quire.problem.ProblemException.Invalid;
import dev.quire.problem.ProblemException.NotFound;
import dev.quire.problem.Violation;
import dev.quire.upsert.Upserted;
import io.quarkus.hibernate.reactive.panache.common.WithSession;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The use cases of categories. */
@ApplicationScoped
public class CategoryService {
    private static final Keyset BY_NAME = new Keyset("Category c", "c.id", "c.name", false);

    private final Bodies bodies;

    CategoryService(Bodies bodies) {
        this.bodies = bodies;
    }

    @WithSession
    public Uni<Page<CategoryView>> page(PageRequest request) {
        return BY_NAME.ids(request, "true", Map.of())
                .chain(ids -> Keyset.load(ids, Category::findAll, category -> category.id))
                .map(page -> page.map(CategoryView::of));
    }

    @WithSession
    public Uni<CategoryView> get(long id) {
        return Category.<Category>findById(id).map(category -> CategoryView.of(found(category, id)));
    }

    @WithTransaction
    public Uni<CategoryView> create(CategoryInput input) {
        var category = new Category();
        category.name = input.name();
        return category.<Category>persistAndFlush().map(CategoryView::of);
    }

    /** The category of this name, made if it is not there; of two that ask at once, one makes it. */
    @WithTransaction
    public Uni<Upserted<CategoryView>> createIfAbsent(CategoryInput input) {
        return Category.insertMissing(Set.of(input.name()))
                .chain(made -> Category.findNamed(Set.of(input.name())).map(found -> {
                    if (found.isEmpty()) {
                        // Deleted between the two statements; whoever asks again makes it.
                        throw new Busy("The category is being deleted.");
                    }
                    return new Upserted<>(CategoryView.of(found.get(0)), made > 0);
                }));
    }

    @WithTransaction
    public Uni<CategoryView> replace(long id, CategoryInput input) {
        return change(id, current -> input);
    }

    /** Changes what a merge patch (RFC 7396) names. */
    @WithTransaction
    public Uni<CategoryView> patch(long id, ObjectNode patch) {
        return change(id, current -> bodies.read(bodies.merge(current, patch), CategoryInput.class));
    }

    /** Deletes the category and its links; the posts stay. With {@code restrict} the links stand in the way. */
    @WithTransaction
    public Uni<Deletion> delete(long id, OnDelete onDelete, boolean dryRun) {
        return Category.lock(id).chain(category -> {
            found(category, id);
            String posts = "/categories/" + id + "/posts";
            return Post.countIn(category).chain(links -> {
                if (links > 0 && onDelete.policy() == Policy.RESTRICT) {
                    throw new InUse(
                            "The category has posts.", List.of(new Blocker("posts", links, posts)), List.of("unlink"));
                }
                Deletion deletion = Deletion.of(
                        Stream.of(new Effect("categories", 1, "/categories/" + id)),
                        Stream.of(new Effect("posts", links, posts)),
                        Stream.of());
                return (dryRun ? Uni.createFrom().voidItem() : Category.deleteOne(category)).replaceWith(deletion);
            });
        });
    }

    /**
     * The categories that these references stand for, those told by a name made if they are not there. Runs in the
     * transaction of its caller.
     *
     * @param pointer where in the body the references stand
     * @throws Invalid as the failure, with each id that does not exist
     */
    public Uni<Set<Category>> resolve(List<CategoryReference> references, String pointer) {
        Set<String> names = present(references.stream().map(CategoryReference::name));
        return names.isEmpty()
                ? find(references, pointer)
                : Category.insertMissing(names).chain(() -> find(references, pointer));
    }

    /** The same, but a name that is not there stands for none. */
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
                .mapToObj(i -> Violation.at(pointer + "/" + i + "/id", "does not exist"))
                .toList();
        if (!missing.isEmpty()) {
            throw new Invalid(missing);
        }
    }

    private Uni<CategoryView> change(long id, UnaryOperator<CategoryInput> change) {
        return Category.lock(id)
                .invoke(category -> {
                    found(category, id);
                    category.name = change.apply(CategoryInput.of(category)).name();
                })
                .call(Category::flush)
                .map(CategoryView::of);
    }

    private static Category found(Category category, long id) {
        if (category == null) {
            throw new NotFound("category", id);
        }
        return category;
    }
}
