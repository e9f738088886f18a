package dev.quire.batch;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.batch.ResultView.Headers;
import dev.quire.category.CategoryInput;
import dev.quire.category.CategoryReference;
import dev.quire.category.CategoryResource;
import dev.quire.http.DeleteParameters;
import dev.quire.http.EntityTags;
import dev.quire.http.Parameters;
import dev.quire.http.RequestTarget;
import dev.quire.json.RawJson;
import dev.quire.json.RequestBodies;
import dev.quire.post.CategoriesOfPostResource;
import dev.quire.post.PostInput;
import dev.quire.post.PostResource;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.Violation;
import dev.quire.user.AddressInput;
import dev.quire.user.AddressResource;
import dev.quire.user.NewAddressInput;
import dev.quire.user.NewUserInput;
import dev.quire.user.UserResource;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * The operations that a batch can contain. Each calls its resource, with the same authorization and the same response.
 */
@Singleton
class Operations {
    private static final Type REFERENCES = new TypeReference<List<CategoryReference>>() {}.getType();

    private record Operation(
            String method, Pattern path, Type body, Set<String> parameters, BiFunction<At, Object, Uni<?>> work) {}

    /** The parameters of an operation, in its path and its query. */
    private record At(List<String> path, Map<String, String> query) {
        long id() {
            return id(0);
        }

        long id(int place) {
            return Parameters.id("id", path.get(place));
        }

        DeleteParameters deleting() {
            return DeleteParameters.of(query.get("dryRun"));
        }

        String onDelete() {
            return query.get("onDelete");
        }
    }

    private final List<Operation> operations = new ArrayList<>();
    private final RequestBodies bodies;

    Operations(
            RequestBodies bodies,
            PostResource posts,
            CategoriesOfPostResource links,
            CategoryResource categories,
            UserResource users,
            AddressResource addresses) {
        this.bodies = bodies;
        on("POST", "/posts", PostInput.class, (At at, PostInput post) -> posts.create(post));
        on("PUT", "/posts/{id}", PostInput.class, (At at, PostInput post) -> posts.replace(at.id(), post));
        on("PATCH", "/posts/{id}", ObjectNode.class, (At at, ObjectNode patch) -> posts.patch(at.id(), patch));
        delete("/posts/{id}", Set.of(), at -> posts.delete(at.id(), at.deleting()));
        on(
                "PUT",
                "/posts/{id}/categories",
                REFERENCES,
                (At at, List<CategoryReference> all) -> links.replace(at.id(), all));
        on("PUT", "/posts/{id}/categories/{id}", null, (At at, Object none) -> links.connect(at.id(), at.id(1)));
        delete("/posts/{id}/categories/{id}", Set.of(), at -> links.disconnect(at.id(), at.id(1), at.deleting()));
        on("POST", "/categories", CategoryInput.class, (At at, CategoryInput category) -> categories.create(category));
        on(
                "PUT",
                "/categories/named/{name}",
                null,
                (At at, Object none) -> categories.createIfAbsent(at.path().get(0)));
        on(
                "PUT",
                "/categories/{id}",
                CategoryInput.class,
                (At at, CategoryInput category) -> categories.replace(at.id(), category));
        on(
                "PATCH",
                "/categories/{id}",
                ObjectNode.class,
                (At at, ObjectNode patch) -> categories.patch(at.id(), patch));
        delete("/categories/{id}", Set.of("onDelete"), at -> categories.delete(at.id(), at.onDelete(), at.deleting()));
        on("POST", "/users", NewUserInput.class, (At at, NewUserInput user) -> users.create(user));
        on("PUT", "/users/{id}", ObjectNode.class, (At at, ObjectNode user) -> users.replace(at.id(), user));
        on("PATCH", "/users/{id}", ObjectNode.class, (At at, ObjectNode patch) -> users.patch(at.id(), patch));
        delete("/users/{id}", Set.of("onDelete"), at -> users.delete(at.id(), at.onDelete(), at.deleting()));
        on(
                "PUT",
                "/users/{id}/address",
                AddressInput.class,
                (At at, AddressInput address) -> users.putAddress(at.id(), address));
        delete("/users/{id}/address", Set.of(), at -> users.deleteAddress(at.id(), at.deleting()));
        on("POST", "/addresses", NewAddressInput.class, (At at, NewAddressInput address) -> addresses.create(address));
    }

    /**
     * Adds an operation.
     *
     * @param body the type of its body, null if it has none
     */
    @SuppressWarnings("unchecked")
    private <B> void on(String method, String path, Type body, BiFunction<At, B, Uni<?>> work) {
        add(method, path, body, Set.of(), (at, read) -> work.apply(at, (B) read));
    }

    private void delete(String path, Set<String> parameters, Function<At, Uni<?>> work) {
        var all = new HashSet<>(parameters);
        all.add("dryRun");
        add("DELETE", path, null, all, (at, none) -> work.apply(at));
    }

    private void add(
            String method, String path, Type body, Set<String> parameters, BiFunction<At, Object, Uni<?>> work) {
        String pattern = path.replaceAll("\\{[a-z]+}", "([^/]+)") + "/?";
        operations.add(new Operation(method, Pattern.compile(pattern), body, parameters, work));
    }

    /**
     * Runs an operation.
     *
     * @param path with its query, without references
     * @param body null if there is none
     * @throws UnprocessableEntity when there is no such operation, or when its body is not acceptable
     * @throws BadRequest when a parameter is not acceptable
     */
    Uni<ResultView> run(String name, String method, String path, JsonNode body) {
        URI uri = uri(path);
        for (Operation operation : operations) {
            Matcher matcher = operation.path.matcher(uri.getRawPath());
            if (operation.method.equals(method) && matcher.matches()) {
                At at = new At(path(matcher), query(uri, operation.parameters));
                return operation.work.apply(at, read(body, operation.body)).map(answer -> result(name, answer));
            }
        }
        throw none();
    }

    private static UnprocessableEntity none() {
        return new UnprocessableEntity(List.of(Violation.ofParameter(
                "path", "is, with this method, no write to posts, categories, users or addresses")));
    }

    /** Reads a path in the same way as the request line of a single request. */
    private static URI uri(String path) {
        if (!path.startsWith("/")) {
            throw none();
        }
        return URI.create(RequestTarget.normal(path));
    }

    private static List<String> path(Matcher matcher) {
        var path = new ArrayList<String>();
        for (int i = 1; i <= matcher.groupCount(); i++) {
            // A plus is a space in a query only, not in a path.
            path.add(decoded(matcher.group(i).replace("+", "%2B")));
        }
        return path;
    }

    private static Map<String, String> query(URI uri, Set<String> known) {
        var query = new HashMap<String, String>();
        if (uri.getRawQuery() != null) {
            for (String parameter : uri.getRawQuery().split("&")) {
                if (!parameter.isEmpty()) {
                    addParameter(parameter, known, query);
                }
            }
        }
        return query;
    }

    private static void addParameter(String parameter, Set<String> known, Map<String, String> query) {
        String[] parts = parameter.split("=", 2);
        String name = decoded(parts[0]);
        String value = parts.length < 2 ? "" : decoded(parts[1]);
        if (!known.contains(name)) {
            throw BadRequest.parameter(name, "is not a parameter of this operation");
        }
        if (value.isEmpty() || query.put(name, value) != null) {
            throw BadRequest.parameter(name, "must be given once, and not be empty");
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private Object read(JsonNode body, Type type) {
        if ((body == null) != (type == null)) {
            throw new UnprocessableEntity("", type == null ? "must be absent" : "is required");
        }
        return type == null ? null : bodies.read(body, type);
    }

    private ResultView result(String name, Object answer) {
        if (answer == null) {
            return new ResultView(name, 204, new Headers(null, null), null);
        }
        if (answer instanceof RestResponse<?> response) {
            return result(
                    name, response.getStatus(), response.getHeaderString(HttpHeaders.LOCATION), response.getEntity());
        }
        return result(name, 200, null, answer);
    }

    private ResultView result(String name, int status, String location, Object body) {
        if (body instanceof RawJson json) {
            return new ResultView(name, status, new Headers(location, EntityTags.of(json)), json.text());
        }
        String text = body == null ? null : bodies.tree(body).toString();
        return new ResultView(name, status, new Headers(location, null), text);
    }
}
