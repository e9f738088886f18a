package dev.quire.http;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;

/**
 * A request that changes or deletes a part of a {@link Graph}.
 *
 * @param operation its method and path, as in the OpenAPI document
 * @param path the path with words for the ids of the graph
 * @param body null when there is none
 * @param target the path of a GET that shows the changed resource, null when there is none
 * @param byAdmin whether an admin sends it, and not the user
 */
record Write(String operation, String path, String body, String target, boolean byAdmin) {
    private static final String POST = "{\"title\": \"Changed\", \"content\": \"Changed\"}";
    private static final String ADDRESS = "{\"street\": \"Changed\", \"city\": \"Changed\", \"country\": \"Changed\"}";
    private static final String RENAMED = "{\"name\": \"Renamed NAME\"}";

    /** Lists all writes of the contract: every PUT, PATCH and DELETE. */
    static List<Write> all() {
        return List.of(
                own("PUT /posts/{id}", "/posts/POST", POST, "/posts/POST"),
                own("PATCH /posts/{id}", "/posts/POST", "{\"title\": \"Changed\"}", "/posts/POST"),
                own("DELETE /posts/{id}", "/posts/POST", null, "/posts/POST"),
                own("PUT /posts/{id}/categories", "/posts/POST/categories", "[]", "/posts/POST/categories"),
                own(
                        "PUT /posts/{id}/categories/{categoryId}",
                        "/posts/POST/categories/CATEGORY",
                        null,
                        "/posts/POST/categories"),
                own("PUT /posts/{id}/categories/{categoryId}", "/posts/POST/categories/CATEGORY", null, "/posts/POST"),
                own(
                        "DELETE /posts/{id}/categories/{categoryId}",
                        "/posts/POST/categories/CATEGORY",
                        null,
                        "/posts/POST/categories"),
                own(
                        "DELETE /posts/{id}/categories/{categoryId}",
                        "/posts/POST/categories/CATEGORY",
                        null,
                        "/posts/POST"),
                own("PATCH /comments/{id}", "/comments/COMMENT", "{\"content\": \"Changed\"}", "/comments/COMMENT"),
                own("DELETE /comments/{id}", "/comments/COMMENT", null, "/comments/COMMENT"),
                own("PUT /categories/named/{name}", "/categories/named/NAME", null, "/categories/CATEGORY"),
                byAdmin("PUT /categories/{id}", "/categories/CATEGORY", RENAMED, "/categories/CATEGORY"),
                byAdmin("PATCH /categories/{id}", "/categories/CATEGORY", RENAMED, "/categories/CATEGORY"),
                byAdmin("DELETE /categories/{id}", "/categories/CATEGORY", null, "/categories/CATEGORY"),
                own("PUT /users/{id}", "/users/USER", "{\"email\": \"EMAIL\", \"name\": \"Changed\"}", "/users/USER"),
                own("PATCH /users/{id}", "/users/USER", "{\"name\": \"Changed\"}", "/users/USER"),
                byAdmin("PATCH /users/{id}", "/users/USER", "{\"name\": \"Changed by an admin\"}", "/users/USER"),
                own("DELETE /users/{id}", "/users/USER?onDelete=cascade", null, "/users/USER"),
                byAdmin("PUT /users/{id}/roles", "/users/USER/roles", "[\"user\", \"admin\"]", "/users/USER"),
                own(
                        "PUT /users/{id}/password",
                        "/users/USER/password",
                        "{\"current\": \"PASSWORD\", \"new\": \"another unusual password\"}",
                        "/users/USER"),
                own("PUT /users/{id}/address", "/users/USER/address", ADDRESS, "/users/USER/address"),
                own("DELETE /users/{id}/address", "/users/USER/address", null, "/users/USER/address"),
                own("DELETE /authentication/sessions/{id}", "/authentication/sessions/SESSION", null, null),
                own("DELETE /authentication/totp", "/authentication/totp", "{\"code\": \"CODE\"}", null));
    }

    private static Write own(String operation, String path, String body, String target) {
        return new Write(operation, path, body, target, false);
    }

    private static Write byAdmin(String operation, String path, String body, String target) {
        return new Write(operation, path, body, target, true);
    }

    /** Sends it to this graph, with these header fields: names, each followed by a value. */
    Response send(Graph graph, String... fields) {
        return sendBy(byAdmin ? graph.admin() : graph.token(), graph, fields);
    }

    /** Sends it as another user. */
    Response sendBy(String token, Graph graph, String... fields) {
        RequestSpecification request = graph.as(token);
        for (int i = 0; i < fields.length; i += 2) {
            request.header(fields[i], fields[i + 1]);
        }
        if (body != null) {
            request.body(graph.fill(body));
        }
        return request.request(operation.split(" ")[0], graph.fill(path));
    }

    /** Reads the current target. */
    Response read(Graph graph) {
        return graph.as(byAdmin ? graph.admin() : graph.token()).get(graph.fill(target));
    }

    /** Returns the current tag of the target; an asterisk where there is none. */
    String tag(Graph graph) {
        return target == null ? "*" : read(graph).header("ETag");
    }

    @Override
    public String toString() {
        return operation + " by the tag of " + target;
    }
}
