package dev.quire.post;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.authorization.Caller;
import dev.quire.category.CategoryReference;
import dev.quire.category.CategoryService;
import dev.quire.category.CategoryView;
import dev.quire.deletion.Deletion;
import dev.quire.deletion.Deletion.Effect;
import dev.quire.json.Bodies;
import dev.quire.model.Category;
import dev.quire.model.Post;
import dev.quire.model.User;
import dev.quire.paging.Keyset;
import dev.quire.paging.Page;
import dev.quire.paging.PageRequest;
import dev.quire.problem.ProblemException.Invalid;
import dev.quire.problem.ProblemException.InvalidToken;
import dev.quire.problem.ProblemException.NotFound;
import io.quarkus.hibernate.reactive.panache.common.WithSession;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The use cases of posts, and of their links to categories. */
@ApplicationScoped
public class PostService {
    private static final Keyset NEWEST_FIRST = new Keyset("Post p", "p.id", "p.createdAt", true);
    private static final Keyset NEWEST_FIRST_BY_CATEGORY =
            new Keyset("Post p join p.categories c", "p.id", "p.createdAt", true);

    private final CategoryService categories;
    private final Bodies bodies;

    PostService(CategoryService categories, Bodies bodies) {
        this.categories = categories;
        this.bodies = bodies;
    }

    @WithSession
    public Uni<Page<PostView>> page(PageRequest request) {
        return load(NEWEST_FIRST.ids(request, "true", Map.of()));
    }

    @WithSession
    public Uni<Page<PostView>> pageOfUser(PageRequest request, long author) {
        return load(NEWEST_FIRST
                .ids(request, "p.author.id = :author", Map.of("author", author))
                .call(page -> requireIfEmpty(page, () -> User.findById(author), "user", author)));
    }

    @WithSession
    public Uni<Page<PostView>> pageOfCategory(PageRequest request, long category) {
        return load(NEWEST_FIRST_BY_CATEGORY
                .ids(request, "c.id = :category", Map.of("category", category))
                .call(page -> requireIfEmpty(page, () -> Category.findById(category), "category", category)));
    }

    /** Nothing there, or nobody: worth a statement only when the page is empty. */
    private static Uni<?> requireIfEmpty(Page<Long> page, Supplier<Uni<?>> owner, String what, long id) {
        return !page.items().isEmpty()
                ? Uni.createFrom().voidItem()
                : owner.get().onItem().ifNull().failWith(() -> new NotFound(what, id));
    }

    private static Uni<Page<PostView>> load(Uni<Page<Long>> ids) {
        return ids.chain(page -> Keyset.load(page, Post::findWhole, post -> post.id))
                .map(page -> page.map(PostView::of));
    }

    @WithSession
    public Uni<PostView> get(long id) {
        return Post.findWhole(id).map(post -> PostView.of(found(post, id)));
    }

    /** Publishes a post; the author is who asks. */
    @WithTransaction
    public Uni<PostView> create(PostInput input, Caller caller) {
        return User.keep(caller.id())
                .onItem()
                .ifNull()
                .failWith(() -> new InvalidToken("The user of this token was deleted."))
                .chain(author -> resolve(input.categories()).chain(filed -> {
                    var post = new Post();
                    post.title = input.title();
                    post.content = input.content();
                    post.author = author;
                    return post.publish(filed);
                }))
                .chain(post -> Post.findStored(post.id))
                .map(PostView::of);
    }

    /** Replaces title and content, and the categories when the body has any. */
    @WithTransaction
    public Uni<PostView> replace(long id, PostInput input, Caller caller) {
        return change(id, caller, post -> apply(input, post));
    }

    /** Changes what a merge patch (RFC 7396) names; {@code categories} may be an object that connects and disconnects. */
    @WithTransaction
    public Uni<PostView> patch(long id, ObjectNode patch, Caller caller) {
        return change(id, caller, post -> {
            ObjectNode whole = bodies.merge(new PostInput(post.title, post.content, null), patch);
            JsonNode links = patch.get("categories");
            if (links == null) {
                whole.remove("categories");
            } else {
                // As sent: there is nothing to merge it with, and a null has to be seen to be refused.
                whole.set("categories", links);
            }
            return links != null && links.isObject()
                    ? apply(bodies.read(whole, PostChangesInput.class), post)
                    : apply(bodies.read(whole, PostInput.class), post);
        });
    }

    private Uni<?> apply(PostInput input, Post post) {
        post.title = input.title();
        post.content = input.content();
        return input.categories() == null
                ? Uni.createFrom().voidItem()
                : resolve(input.categories()).chain(post::fileUnder);
    }

    private Uni<?> apply(PostChangesInput input, Post post) {
        post.title = input.title();
        post.content = input.content();
        var wanted = new HashSet<>(post.categories);
        return categories
                .resolve(input.categories().connect(), "/categories/connect")
                .invoke(wanted::addAll)
                .chain(() -> categories.find(input.categories().disconnect(), "/categories/disconnect"))
                .invoke(wanted::removeAll)
                .invoke(() -> requireRoom("/categories", wanted.size()))
                .chain(() -> post.fileUnder(wanted));
    }

    /** Deletes the post and its links; the categories stay. */
    @WithTransaction
    public Uni<Deletion> delete(long id, Caller caller, boolean dryRun) {
        return lock(id, caller).chain(post -> {
            Deletion deletion = Deletion.of(
                    Stream.of(new Effect("posts", 1, "/posts/" + id)),
                    Stream.of(new Effect("categories", post.categories.size(), "/posts/" + id + "/categories")),
                    Stream.of());
            return (dryRun ? Uni.createFrom().voidItem() : Post.deleteOne(post)).replaceWith(deletion);
        });
    }

    @WithSession
    public Uni<List<CategoryView>> categoriesOf(long id) {
        return get(id).map(PostView::categories);
    }

    /** Files the post under exactly these. */
    @WithTransaction
    public Uni<List<CategoryView>> replaceCategories(long id, List<CategoryReference> references, Caller caller) {
        requireRoom("", references.size());
        return change(id, caller, post -> categories.resolve(references, "").chain(post::fileUnder))
                .map(PostView::categories);
    }

    /** Files the post under this category as well. */
    @WithTransaction
    public Uni<Void> connect(long id, long category, Caller caller) {
        return lock(id, caller)
                .chain(post -> Category.<Category>findById(category).chain(found -> {
                    if (found == null) {
                        throw new NotFound("category", category);
                    }
                    var wanted = new HashSet<>(post.categories);
                    wanted.add(found);
                    requireRoom("", wanted.size());
                    return post.fileUnder(wanted);
                }))
                .replaceWithVoid();
    }

    /** Takes the post out of this category, if it is in it. */
    @WithTransaction
    public Uni<Deletion> disconnect(long id, long category, Caller caller, boolean dryRun) {
        return lock(id, caller).chain(post -> {
            var wanted = new HashSet<>(post.categories);
            wanted.removeIf(other -> other.id == category);
            var link = new Effect("categories", post.categories.size() - wanted.size(), "/posts/" + id + "/categories");
            return (dryRun ? Uni.createFrom().voidItem() : post.fileUnder(wanted))
                    .replaceWith(Deletion.of(Stream.of(), Stream.of(link), Stream.of()));
        });
    }

    private Uni<Set<Category>> resolve(List<CategoryReference> references) {
        return categories.resolve(references == null ? List.of() : references, "/categories");
    }

    private static void requireRoom(String pointer, int categories) {
        if (categories > Post.MAX_CATEGORIES) {
            throw new Invalid(pointer, "a post has at most " + Post.MAX_CATEGORIES + " categories");
        }
    }

    private Uni<PostView> change(long id, Caller caller, Function<Post, Uni<?>> change) {
        return lock(id, caller)
                .chain(change::apply)
                .chain(() -> Post.findStored(id))
                .map(PostView::of);
    }

    private static Uni<Post> lock(long id, Caller caller) {
        return Post.lockWhole(id).invoke(post -> caller.require(found(post, id).author.id));
    }

    private static Post found(Post post, long id) {
        if (post == null) {
            throw new NotFound("post", id);
        }
        return post;
    }
}
