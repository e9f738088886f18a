package dev.quire.graphql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.category.CategoryInput;
import dev.quire.category.CategoryService;
import dev.quire.comment.CommentInput;
import dev.quire.comment.CommentService;
import dev.quire.graphql.Selections.Selected;
import dev.quire.http.Parameters;
import dev.quire.http.Preconditions;
import dev.quire.http.Preconditions.Headers;
import dev.quire.http.WriteResult;
import dev.quire.json.RawJson;
import dev.quire.json.RequestBodies;
import dev.quire.post.PostInput;
import dev.quire.post.PostService;
import dev.quire.query.Filter;
import dev.quire.query.Projection;
import dev.quire.query.QueryService;
import dev.quire.security.Caller;
import dev.quire.user.UserService;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Validator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/** The mutations: each is a use case of REST, with the same body, in the transaction of the caller. */
@Singleton
class Mutations {
    private static final String POST = "Post";
    private static final String CATEGORY = "Category";
    private static final String COMMENT = "Comment";

    private final PostService posts;
    private final CategoryService categories;
    private final CommentService comments;
    private final UserService users;
    private final QueryService queries;
    private final RequestBodies bodies;
    private final Preconditions preconditions;
    private final Validator validator;

    Mutations(
            PostService posts,
            CategoryService categories,
            CommentService comments,
            UserService users,
            QueryService queries,
            RequestBodies bodies,
            Preconditions preconditions,
            Validator validator) {
        this.posts = posts;
        this.categories = categories;
        this.comments = comments;
        this.users = users;
        this.queries = queries;
        this.bodies = bodies;
        this.preconditions = preconditions;
        this.validator = validator;
    }

    /**
     * Runs a mutation, and reads its result in the same transaction.
     *
     * @param shown the projection of the row that was written; null if it was deleted
     * @param deleted the fields of the object that is the result then
     * @return the JSON of the result
     */
    Uni<String> run(Selected field, Projection shown, List<Selected> deleted, Caller caller) {
        preconditions.setOperation(new Headers(Arguments.text(field, "ifMatch"), null));
        return write(field, caller)
                .chain(id -> shown == null
                        ? Uni.createFrom().item(deleted(field, deleted, id))
                        : queries.stored(shown, Filter.id(id)).map(RawJson::text));
    }

    private String deleted(Selected field, List<Selected> fields, long id) {
        var object = new LinkedHashMap<String, String>();
        String type = field.name().replaceFirst("delete", "");
        fields.forEach(
                child -> object.put(child.key(), child.name().equals("id") ? type + ":" + id : GraphqlSchema.DELETED));
        return bodies.text(object);
    }

    /** Returns the id of the row that was written. */
    private Uni<Long> write(Selected field, Caller caller) {
        return switch (field.name()) {
            case "createPost" -> id(posts.create(body(field, PostInput.class), caller));
            case "updatePost" -> {
                long id = Arguments.id(field, "id", POST);
                yield posts.patch(id, input(field), caller).replaceWith(id);
            }
            case "deletePost" -> {
                long id = Arguments.id(field, "id", POST);
                yield posts.delete(id, caller, false).replaceWith(id);
            }
            case "connectCategory" -> {
                long id = Arguments.id(field, "post", POST);
                yield posts.connect(id, Arguments.id(field, "category", CATEGORY), caller)
                        .replaceWith(id);
            }
            case "disconnectCategory" -> {
                long id = Arguments.id(field, "post", POST);
                yield posts.disconnect(id, Arguments.id(field, "category", CATEGORY), caller, false)
                        .replaceWith(id);
            }
            case "createCategory" -> id(categories.create(body(field, CategoryInput.class)));
            case "ensureCategory" -> id(categories.createIfAbsent(named(Arguments.text(field, "name"))));
            case "createComment" ->
                id(comments.create(Arguments.id(field, "post", POST), body(field, CommentInput.class), caller));
            case "updateComment" -> {
                long id = Arguments.id(field, "id", COMMENT);
                yield comments.patch(id, input(field), caller).replaceWith(id);
            }
            case "deleteComment" -> {
                long id = Arguments.id(field, "id", COMMENT);
                yield comments.delete(id, caller, false).replaceWith(id);
            }
            case "updateMe" -> users.patch(caller.id(), caller, input(field)).replaceWith(caller.id());
            default -> throw new IllegalStateException("There is no mutation " + field.name());
        };
    }

    private static Uni<Long> id(Uni<WriteResult> written) {
        return written.map(WriteResult::id);
    }

    /** Returns the input of a category, whose name is a parameter here as it is in REST. */
    private CategoryInput named(String name) {
        var input = new CategoryInput(name);
        Set<ConstraintViolation<CategoryInput>> violations = validator.validate(input);
        if (!violations.isEmpty()) {
            throw new ConstraintViolationException(violations);
        }
        return input;
    }

    private <T> T body(Selected field, Class<T> type) {
        return bodies.read((JsonNode) input(field), type);
    }

    private ObjectNode input(Selected field) {
        var input = (ObjectNode) bodies.tree(field.arguments().get("input"));
        useIdsOfRest(input);
        return input;
    }

    /** Replaces the ids of categories by those of REST. One that is none is rejected by the reader of the body. */
    private static void useIdsOfRest(JsonNode input) {
        if (input.path("id").isTextual()) {
            String id = input.get("id").textValue();
            String number = id.startsWith(CATEGORY + ":") ? id.substring(CATEGORY.length() + 1) : id;
            if (Parameters.isId(number)) {
                ((ObjectNode) input).set("id", LongNode.valueOf(Long.parseLong(number)));
            }
        }
        input.forEach(Mutations::useIdsOfRest);
    }
}
