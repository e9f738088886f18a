package dev.quire.post;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random changes of links, compared with a model of the rules. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class LinkingResourceTest {
    private static final int STEPS = 60;
    private static final int POSTS = 4;
    private static final int NAMES = 8;

    private static Account ada;

    @BeforeEach
    void register() {
        if (ada == null) {
            ada = Account.register();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomLinkingMatchesTheModel(long seed) {
        var model = new Model(seed);

        for (int step = 0; step < STEPS; step++) {
            model.step();
            model.verify();
        }
    }

    /** The rules, by the names of categories in lower case: the existing ones, and those of each post. */
    private static final class Model {
        private final long seed;
        private final Random random;
        private final List<String> history = new ArrayList<>();
        private final Map<Integer, Set<String>> posts = new TreeMap<>();
        private final Set<String> names = new TreeSet<>();

        Model(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
        }

        void step() {
            if (posts.isEmpty()) {
                publish();
                return;
            }
            switch (random.nextInt(12)) {
                case 0 -> publish();
                case 1 -> deletePost();
                case 2 -> deleteCategory();
                case 3 -> makeCategory();
                case 4, 5 -> link();
                case 6, 7 -> unlink();
                case 8 -> replaceLinks();
                case 9 -> replacePost();
                case 10 -> replaceByPatch();
                default -> connectAndDisconnect();
            }
        }

        void verify() {
            var links = new HashMap<Integer, Set<String>>();
            posts.keySet().forEach(post -> links.put(post, new TreeSet<>()));
            Database.rows(
                            "select post_id, lower(name) from post_categories join categories on category_id = id"
                                    + " where lower(name) like ?",
                            prefix() + "%")
                    .forEach(row -> links.computeIfAbsent(((Number) row.get(0)).intValue(), key -> new TreeSet<>())
                            .add((String) row.get(1)));
            List<String> stored =
                    Database.rows("select lower(name) from categories where lower(name) like ?", prefix() + "%")
                            .stream()
                            .map(row -> (String) row.get(0))
                            .sorted()
                            .toList();

            assertEquals(posts, links, this::story);
            assertEquals(List.copyOf(names), stored, this::story);
        }

        private void publish() {
            if (posts.size() == POSTS) {
                deletePost();
                return;
            }
            Set<String> wanted = any();
            Response created = send("POST", "/posts", whole(references(wanted)), 201);
            posts.put(created.path("id"), wanted);
            names.addAll(wanted);
        }

        private void deletePost() {
            int post = post();
            send("DELETE", "/posts/" + post, null, 204);
            posts.remove(post);
        }

        private void deleteCategory() {
            if (!names.isEmpty()) {
                String name = oneOf(names);
                send(Account.admin(), "DELETE", "/categories/" + id(name), null, 204);
                names.remove(name);
                posts.values().forEach(linked -> linked.remove(name));
            }
        }

        private void makeCategory() {
            String name = name();
            send("PUT", "/categories/named/" + spelt(name), null, names.add(name) ? 201 : 200);
        }

        private void link() {
            if (!names.isEmpty()) {
                int post = post();
                String name = oneOf(names);
                send("PUT", "/posts/" + post + "/categories/" + id(name), null, 204);
                posts.get(post).add(name);
            }
        }

        private void unlink() {
            if (!names.isEmpty()) {
                int post = post();
                String name = oneOf(names);
                send("DELETE", "/posts/" + post + "/categories/" + id(name), null, 204);
                posts.get(post).remove(name);
            }
        }

        private void replaceLinks() {
            int post = post();
            Set<String> wanted = any();
            send("PUT", "/posts/" + post + "/categories", references(wanted), 200);
            replaced(post, wanted);
        }

        private void replacePost() {
            int post = post();
            if (random.nextInt(3) == 0) {
                send("PUT", "/posts/" + post, "{\"title\": \"t\", \"content\": \"c\"}", 200);
            } else {
                Set<String> wanted = any();
                send("PUT", "/posts/" + post, whole(references(wanted)), 200);
                replaced(post, wanted);
            }
        }

        private void replaceByPatch() {
            int post = post();
            if (random.nextInt(3) == 0) {
                send("PATCH", "/posts/" + post, "{\"title\": \"%d\"}".formatted(random.nextInt()), 200);
            } else {
                Set<String> wanted = any();
                String patchOfAll = random.nextBoolean() ? "{\"categories\": %s}" : "{\"categories\": {\"set\": %s}}";
                send("PATCH", "/posts/" + post, patchOfAll.formatted(references(wanted)), 200);
                replaced(post, wanted);
            }
        }

        private void connectAndDisconnect() {
            int post = post();
            Set<String> more = any();
            Set<String> less = any();
            // Only existing names are disconnected: a missing one would be created first.
            less.retainAll(names);
            send(
                    "PATCH",
                    "/posts/" + post,
                    "{\"categories\": {\"connect\": %s, \"disconnect\": %s}}"
                            .formatted(references(more), references(less)),
                    200);
            names.addAll(more);
            posts.get(post).addAll(more);
            posts.get(post).removeAll(less);
        }

        private void replaced(int post, Set<String> wanted) {
            names.addAll(wanted);
            posts.put(post, wanted);
        }

        private Response send(String method, String path, String body, int status) {
            return send(ada, method, path, body, status);
        }

        private Response send(Account caller, String method, String path, String body, int status) {
            history.add(method + " " + path + (body == null ? "" : " " + body));
            Response answer = (body == null ? caller.request() : caller.request(body)).request(method, path);
            assertEquals(status, answer.statusCode(), () -> answer.asString() + story());
            return answer;
        }

        private Set<String> any() {
            var any = new TreeSet<String>();
            for (int i = random.nextInt(5); i > 0; i--) {
                any.add(name());
            }
            return any;
        }

        /** References by id or by name in any case, some of them twice, in any order. */
        private String references(Collection<String> wanted) {
            var twice = new ArrayList<>(wanted);
            wanted.stream().filter(name -> random.nextInt(4) == 0).forEach(twice::add);
            Collections.shuffle(twice, random);
            return twice.stream()
                    .map(name -> names.contains(name) && random.nextBoolean()
                            ? "{\"id\": %d}".formatted(id(name))
                            : "{\"name\": \"%s\"}".formatted(spelt(name)))
                    .collect(Collectors.joining(", ", "[", "]"));
        }

        private String whole(String categories) {
            return "{\"title\": \"t\", \"content\": \"c\", \"categories\": %s}".formatted(categories);
        }

        private String name() {
            return prefix() + random.nextInt(NAMES);
        }

        private String prefix() {
            return "linking-%d-".formatted(seed);
        }

        private String spelt(String name) {
            return random.nextBoolean() ? name : name.toUpperCase(Locale.ROOT);
        }

        private int post() {
            return oneOf(posts.keySet());
        }

        private <T> T oneOf(Collection<T> some) {
            return List.copyOf(some).get(random.nextInt(some.size()));
        }

        private static long id(String name) {
            return Database.count("select id from categories where lower(name) = ?", name);
        }

        private String story() {
            return "\nseed " + seed + "\n" + String.join("\n", history) + "\n";
        }
    }
}
