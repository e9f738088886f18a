package dev.quire.comment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.database.RowAdmission;
import dev.quire.database.SqlExecutor;
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
import dev.quire.model.Comment;
import dev.quire.model.Post;
import dev.quire.model.User;
import dev.quire.problem.ProblemException.InvalidToken;
import dev.quire.problem.ProblemException.NotFound;
import dev.quire.query.ChangeKind;
import dev.quire.query.Deletions;
import dev.quire.query.Filter;
import dev.quire.query.PagedCollection;
import dev.quire.query.QueryService;
import dev.quire.query.Representation;
import dev.quire.security.Caller;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The use cases of comments. */
@ApplicationScoped
public class CommentService {
    @Produces
    @Singleton
    public static final Representation COMMENT = Representation.of(Comment.class)
            .show("id", "content")
            .embed("author", "Author")
            .offer("post", "Post")
            .show("createdAt", "updatedAt");

    @Produces
    @Singleton
    public static final ChangeKind CHANGES = ChangeKind.of("comment", COMMENT);

    @Produces
    @Singleton
    public static final PagedCollection COMMENTS = new PagedCollection(COMMENT, "createdAt").sort("createdAt");

    private final RowAdmission rows;
    private final QueryService queries;
    private final Deletions deletions;
    private final RequestBodies bodies;
    private final Preconditions preconditions;
    private final IdempotencyKeys keys;

    CommentService(
            RowAdmission rows,
            QueryService queries,
            Deletions deletions,
            RequestBodies bodies,
            Preconditions preconditions,
            IdempotencyKeys keys) {
        this.rows = rows;
        this.queries = queries;
        this.deletions = deletions;
        this.bodies = bodies;
        this.preconditions = preconditions;
        this.keys = keys;
    }

    public Uni<Page> pageOfPost(long id, FieldParameters showing, PageRequest request) {
        return queries.pageOf(COMMENTS, "post", id, queries.select(COMMENT, showing), request, Filter.ALL_ROWS);
    }

    public Multi<RawJson> streamOfPost(long id, FieldParameters showing, String sort) {
        return queries.streamOf(COMMENTS, "post", id, queries.select(COMMENT, showing), sort, Filter.ALL_ROWS);
    }

    public Uni<Page> pageOfUser(long id, FieldParameters showing, PageRequest request) {
        return queries.pageOf(
                COMMENTS.startingWith("-createdAt"),
                "author",
                id,
                queries.select(COMMENT, showing),
                request,
                Filter.ALL_ROWS);
    }

    public Multi<RawJson> streamOfUser(long id, FieldParameters showing, String sort) {
        return queries.streamOf(
                COMMENTS.startingWith("-createdAt"),
                "author",
                id,
                queries.select(COMMENT, showing),
                sort,
                Filter.ALL_ROWS);
    }

    public Uni<RawJson> get(long id, FieldParameters showing) {
        return queries.get(queries.select(COMMENT, showing), id);
    }

    /**
     * Stores a comment of the caller. Neither the author nor the post can be deleted until the transaction ends.
     *
     * @throws InvalidToken as the failure, if the user of the token was deleted
     * @throws NotFound as the failure, if there is no such post
     */
    public Uni<WriteResult> create(long post, CommentInput input, Caller caller) {
        // A comment may have to wait for its post, just as a change of the post may.
        return SqlExecutor.isFree()
                ? rows.admit(Post.class, post, () -> createAdmitted(input, post, caller))
                : createAdmitted(input, post, caller);
    }

    @WithTransaction
    Uni<WriteResult> createAdmitted(CommentInput input, long post, Caller caller) {
        return keys.executeOnce(() -> User.lockForReference(caller.id())
                .onItem()
                .ifNull()
                .failWith(() -> new InvalidToken("The user of this token was deleted."))
                .chain(author -> Post.lockForReference(post)
                        .onItem()
                        .ifNull()
                        .failWith(() -> new NotFound("post", post))
                        .chain(found -> {
                            var comment = new Comment();
                            comment.content = input.content();
                            comment.post = found;
                            comment.author = author;
                            return comment.<Comment>persistAndFlush();
                        }))
                .chain(made ->
                        stored(made.id).map(json -> new WriteResult(made.id, "/comments/" + made.id, json, true))));
    }

    /** Changes the members named in a merge patch (RFC 7396). */
    @WithTransaction
    public Uni<RawJson> patch(long id, ObjectNode patch, Caller caller) {
        return Comment.lockForUpdate(id)
                .invoke(comment -> caller.require(found(comment, id).author.id))
                .call(() -> preconditions.check(() -> stored(id)))
                .invoke(comment -> comment.content = bodies.read(
                                bodies.merge(new CommentInput(comment.content), patch), CommentInput.class)
                        .content())
                .chain(() -> stored(id));
    }

    /** Deletes the comment. Its author may do that, and the author of the post. */
    @WithTransaction
    public Uni<DeletionReport> delete(long id, Caller caller, boolean dryRun) {
        return Comment.lockForUpdate(id)
                .invoke(comment -> {
                    if (!caller.may(found(comment, id).author.id)) {
                        caller.require(comment.post.author.id);
                    }
                })
                .call(() -> preconditions.check(() -> stored(id)))
                .chain(comment -> deletions.delete(
                        Comment.class, id, DeletePolicy.UNLINK, dryRun, () -> Comment.deleteOne(comment)));
    }

    private Uni<RawJson> stored(long id) {
        return queries.stored(COMMENT, Filter.id(id));
    }

    private static Comment found(Comment comment, long id) {
        if (comment == null) {
            throw new NotFound("comment", id);
        }
        return comment;
    }
}
