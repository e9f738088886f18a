package dev.quire.post;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.category.CategoryReference;
import dev.quire.category.CategoryService;
import dev.quire.database.RowAdmission;
import dev.quire.database.SqlExecutor;
import dev.quire.database.SqlStatement;
import dev.quire.database.SqlStatement.Mode;
import dev.quire.http.DeletePolicy;
import dev.quire.http.DeletionReport;
import dev.quire.http.DeletionReport.AffectedRows;
import dev.quire.http.FieldParameters;
import dev.quire.http.IdempotencyKeys;
import dev.quire.http.Page;
import dev.quire.http.PageRequest;
import dev.quire.http.Preconditions;
import dev.quire.http.WriteResult;
import dev.quire.json.RawJson;
import dev.quire.json.RequestBodies;
import dev.quire.model.Category;
import dev.quire.model.Post;
import dev.quire.model.User;
import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.InvalidToken;
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
import dev.quire.query.RowInserter;
import dev.quire.query.RowInserter.InsertedRow;
import dev.quire.security.Caller;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The use cases of posts, and of their links to categories. */
@ApplicationScoped
public class PostService {
    @Produces
    @Singleton
    public static final Representation POST = Representation.of(Post.class)
            .show("id", "title", "content")
            .embed("author", "Author")
            .embed("categories", "Category")
            .show("createdAt", "updatedAt")
            .offer("comments", "Comment", 10)
            .count("commentCount", "comments");

    @Produces
    @Singleton
    public static final ChangeKind CHANGES = ChangeKind.of("post", POST);

    @Produces
    @Singleton
    public static final ChangeKind CHANGES_OF_LINKS = ChangeKind.link("link", "post", "category");

    @Produces
    @Singleton
    public static final PagedCollection POSTS =
            new PagedCollection(POST, "-createdAt").sort("createdAt", "title").filter(PostFilter.class);

    private static final String FULL = "a post has at most " + Post.MAX_CATEGORIES + " categories";

    private final SqlExecutor executor;
    private final RowAdmission rows;
    private final QueryService queries;
    private final Deletions deletions;
    private final RowInserter inserter;
    private final CategoryService categories;
    private final RequestBodies bodies;
    private final Preconditions preconditions;
    private final IdempotencyKeys keys;

    PostService(
            SqlExecutor executor,
            RowAdmission rows,
            QueryService queries,
            Deletions deletions,
            CategoryService categories,
            RequestBodies bodies,
            Preconditions preconditions,
            IdempotencyKeys keys) {
        this.executor = executor;
        this.rows = rows;
        this.queries = queries;
        this.deletions = deletions;
        this.inserter = queries.inserter(POST, Post.INSERT, Post.INSERTED);
        this.categories = categories;
        this.bodies = bodies;
        this.preconditions = preconditions;
        this.keys = keys;
    }

    public Uni<Page> page(PostFilter filter, FieldParameters showing, PageRequest request) {
        return queries.page(POSTS, queries.select(POST, showing), request, filter.toFilter());
    }

    public Uni<Page> pageOfUser(long id, PostFilter filter, FieldParameters showing, PageRequest request) {
        return pageOf("author", id, filter, showing, request);
    }

    public Uni<Page> pageOfCategory(long id, PostFilter filter, FieldParameters showing, PageRequest request) {
        return pageOf("categories", id, filter, showing, request);
    }

    private Uni<Page> pageOf(
            String relation, long id, PostFilter filter, FieldParameters showing, PageRequest request) {
        return queries.pageOf(POSTS, relation, id, queries.select(POST, showing), request, filter.toFilter());
    }

    public Multi<RawJson> stream(PostFilter filter, FieldParameters showing, String sort) {
        return queries.stream(POSTS, queries.select(POST, showing), sort, filter.toFilter());
    }

    public Multi<RawJson> streamOfUser(long id, PostFilter filter, FieldParameters showing, String sort) {
        return queries.streamOf(POSTS, "author", id, queries.select(POST, showing), sort, filter.toFilter());
    }

    public Multi<RawJson> streamOfCategory(long id, PostFilter filter, FieldParameters showing, String sort) {
        return queries.streamOf(POSTS, "categories", id, queries.select(POST, showing), sort, filter.toFilter());
    }

    public Uni<RawJson> get(long id, FieldParameters showing) {
        return queries.get(queries.select(POST, showing), id);
    }

    /**
     * Publishes a post with the caller as its author. A single statement does that, unless there is more to store than the
     * post and its links, which takes a transaction of several statements.
     */
    public Uni<WriteResult> create(PostInput input, Caller caller) {
        List<CategoryReference> filed = input.categories() == null ? List.of() : input.categories();
        boolean alone = !keys.isClaimed() && filed.stream().allMatch(category -> category.id() != null);
        return alone ? publish(input, filed, caller) : createAlong(input, filed, caller);
    }

    @WithTransaction
    Uni<WriteResult> createAlong(PostInput input, List<CategoryReference> filed, Caller caller) {
        return keys.executeOnce(() -> publish(input, filed, caller));
    }

    private Uni<WriteResult> publish(PostInput input, List<CategoryReference> filed, Caller caller) {
        return categories
                .ids(filed)
                .map(ids -> ids.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}")))
                .chain(ids -> inserter.insert(
                        input.writeTo(new Post()), caller.id(), ids, Post.now().toString()))
                .onItem()
                .ifNull()
                .switchTo(() -> refuse(filed, caller))
                .map(post -> new WriteResult(post.id(), "/posts/" + post.id(), post.json(), true));
    }

    /** Finds out why a post could not be stored, and fails with the reason. */
    @WithTransaction
    Uni<InsertedRow> refuse(List<CategoryReference> filed, Caller caller) {
        return User.lockForReference(caller.id())
                .onItem()
                .ifNull()
                .failWith(() -> new InvalidToken("The user of this token was deleted."))
                .chain(author -> categories.find(filed, "/categories"))
                .map(found -> {
                    throw new ServiceUnavailable(
                            Reason.CONFLICT, "A category was created or deleted at the same time.");
                });
    }

    /** Replaces title and content, and the categories if the body has that member. */
    @WithTransaction
    public Uni<RawJson> replace(long id, PostInput input, Caller caller) {
        return change(id, caller, post -> apply(input, post));
    }

    /** Changes the members named in a merge patch (RFC 7396). {@code categories} may be {@link CategoryLinksInput}. */
    @WithTransaction
    public Uni<RawJson> patch(long id, ObjectNode patch, Caller caller) {
        return change(id, caller, post -> {
            ObjectNode whole = bodies.merge(PostInput.of(post), patch);
            JsonNode links = patch.get("categories");
            if (links != null && links.isObject()) {
                whole.remove("categories");
                return apply(whole, links, post);
            } else if (links == null) {
                whole.remove("categories");
            } else {
                // Not merged: there is nothing to merge the member with, and a null must be kept so that it is
                // rejected.
                whole.set("categories", links);
            }
            return apply(bodies.read(whole, PostInput.class), post);
        });
    }

    private Uni<?> apply(JsonNode whole, JsonNode links, Post post) {
        var violations = new ArrayList<Violation>();
        PostInput input = bodies.read(whole, PostInput.class, "", violations);
        CategoryLinksInput linked = bodies.read(links, CategoryLinksInput.class, "/categories", violations);
        if (linked != null && linked.set() != null && linked.connect() != null) {
            violations.add(
                    Violation.at("/categories/set", Code.NOT_ALLOWED, "is not allowed beside connect or disconnect"));
        }
        if (!violations.isEmpty()) {
            throw RequestBodies.invalid(violations);
        }
        input.writeTo(post);
        return apply(linked, post);
    }

    private Uni<?> apply(PostInput input, Post post) {
        input.writeTo(post);
        return input.categories() == null
                ? Uni.createFrom().voidItem()
                : resolve(input.categories()).chain(post::fileUnder);
    }

    private Uni<?> apply(CategoryLinksInput links, Post post) {
        if (links.set() != null) {
            return categories.resolve(links.set(), "/categories/set").chain(post::fileUnder);
        }
        var wanted = new HashSet<>(post.categories);
        return categories
                .resolve(links.connect(), "/categories/connect")
                .invoke(wanted::addAll)
                .chain(() -> categories.find(links.disconnect(), "/categories/disconnect"))
                .invoke(wanted::removeAll)
                .invoke(() -> requireRoom(Violation.at("/categories", Code.TOO_MANY, FULL), wanted.size()))
                .chain(() -> post.fileUnder(wanted));
    }

    /**
     * Deletes the post and its links; the categories stay.
     */
    @WithTransaction
    public Uni<DeletionReport> delete(long id, Caller caller, boolean dryRun) {
        return lock(id, caller)
                .call(() -> preconditions.check(() -> stored(id)))
                .chain(post ->
                        deletions.delete(Post.class, id, DeletePolicy.UNLINK, dryRun, () -> Post.deleteOne(post)));
    }

    public Uni<RawJson> categoriesOf(long id, FieldParameters showing) {
        return categories
                .allOf(id, showing)
                .call(json -> json.isEmptyArray()
                        ? queries.require(Post.class, id)
                        : Uni.createFrom().voidItem());
    }

    /** Files the post under exactly these categories. */
    @WithTransaction
    public Uni<RawJson> replaceCategories(long id, List<CategoryReference> references, Caller caller) {
        requireRoom(Violation.at("", Code.TOO_MANY, FULL), references.size());
        return lock(id, caller)
                .call(() -> preconditions.check(() -> categories.storedOf(id)))
                .chain(post -> categories.resolve(references, "").chain(post::fileUnder))
                .chain(() -> categories.storedOf(id));
    }

    /** Files the post under this category as well. */
    public Uni<Void> connect(long id, long category, Caller caller) {
        return changedAtOnce(Post.CONNECT, id, category, caller)
                .chain(changed -> changed ? Uni.createFrom().voidItem() : connectLocked(id, category, caller));
    }

    /** Removes the post from this category, if it is filed there. */
    public Uni<DeletionReport> disconnect(long id, long category, Caller caller, boolean dryRun) {
        return (dryRun ? Uni.createFrom().item(false) : changedAtOnce(Post.DISCONNECT, id, category, caller))
                .chain(changed -> changed
                        ? Uni.createFrom().item(unlinked(id, 1))
                        : disconnectLocked(id, category, caller, dryRun));
    }

    /** Changes a link by a single statement. Returns false if the change, or its rejection, needs a transaction. */
    private Uni<Boolean> changedAtOnce(String statement, long id, long category, Caller caller) {
        return SqlExecutor.isFree() && preconditions.areNone()
                ? rows.admit(
                        PostService.class,
                        id,
                        () -> executor.execute(new SqlStatement<>(
                                statement,
                                List.of(
                                        id,
                                        category,
                                        caller.id(),
                                        caller.admin(),
                                        Post.now().atOffset(ZoneOffset.UTC)),
                                changed -> changed.size() == 1,
                                Mode.OWN_CONNECTION)))
                : Uni.createFrom().item(false);
    }

    private static DeletionReport unlinked(long id, int links) {
        return DeletionReport.of(
                Stream.of(),
                Stream.of(new AffectedRows("categories", links, "/posts/" + id + "/categories")),
                Stream.of());
    }

    @WithTransaction
    Uni<Void> connectLocked(long id, long category, Caller caller) {
        return lockForLink(id, category, caller)
                .chain(post -> Category.<Category>findById(category).chain(found -> {
                    if (found == null) {
                        throw new NotFound("category", category);
                    }
                    var wanted = new HashSet<>(post.categories);
                    wanted.add(found);
                    requireRoom(Violation.ofParameter("categoryId", Code.TOO_MANY, FULL), wanted.size());
                    return post.fileUnder(wanted);
                }))
                .replaceWithVoid();
    }

    @WithTransaction
    Uni<DeletionReport> disconnectLocked(long id, long category, Caller caller, boolean dryRun) {
        return lockForLink(id, category, caller).chain(post -> {
            var wanted = new HashSet<>(post.categories);
            wanted.removeIf(other -> other.id == category);
            return (dryRun ? Uni.createFrom().voidItem() : post.fileUnder(wanted))
                    .replaceWith(unlinked(id, post.categories.size() - wanted.size()));
        });
    }

    private Uni<Set<Category>> resolve(List<CategoryReference> references) {
        return categories.resolve(references == null ? List.of() : references, "/categories");
    }

    private static void requireRoom(Violation violation, int categories) {
        if (categories > Post.MAX_CATEGORIES) {
            throw new UnprocessableEntity(List.of(violation));
        }
    }

    private Uni<RawJson> change(long id, Caller caller, Function<Post, Uni<?>> change) {
        return lock(id, caller)
                .call(() -> preconditions.check(() -> stored(id)))
                .chain(change::apply)
                .chain(() -> stored(id));
    }

    private Uni<RawJson> stored(long id) {
        return queries.stored(POST, Filter.id(id));
    }

    private Uni<Post> lockForLink(long id, long category, Caller caller) {
        return lock(id, caller).call(post -> {
            boolean there = post.categories.stream().anyMatch(other -> other.id == category);
            return preconditions.checkLink(there, () -> categories.storedOf(id), () -> stored(id));
        });
    }

    private static Uni<Post> lock(long id, Caller caller) {
        return Post.lockForUpdate(id).invoke(post -> caller.require(found(post, id).author.id));
    }

    private static Post found(Post post, long id) {
        if (post == null) {
            throw new NotFound("post", id);
        }
        return post;
    }
}
