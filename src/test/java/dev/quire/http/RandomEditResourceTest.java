package dev.quire.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import dev.quire.environment.References;
import dev.quire.environment.Refusal;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Random edits and conditional reads of everything: a read is answered with 304 exactly if its representation is
 * unchanged.
 */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class RandomEditResourceTest {
    private static final int EDITS = 100;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    /** A new seed each time, or that of a run to repeat: -Dquire.seed=… */
    private final long seed = Long.getLong("quire.seed", System.nanoTime());

    private final Random random = new Random(seed);
    private final String name = "Random " + seed;
    private final List<Account> users = new ArrayList<>();
    private final List<Integer> categories = new ArrayList<>();
    private final List<Integer> posts = new ArrayList<>();
    private Account admin;

    /** A read and its reader; null for an anonymous one. */
    private record Read(String path, Account reader) {}

    @BeforeEach
    void fill() {
        admin = Account.admin();
        for (int i = 0; i < 3; i++) {
            users.add(Account.create());
            categories.add(newCategory());
            newPost();
            newPost();
        }
    }

    @Test
    void tagChangesExactlyWithTheRepresentation() {
        List<Runnable> edits = List.of(
                this::renameCategory,
                this::replaceCategory,
                this::moveUser,
                this::removeAddress,
                this::renameUser,
                this::changeEmail,
                this::link,
                this::unlink,
                this::refile,
                this::changeTitle,
                this::changeNothing,
                this::replacePost);
        var statuses = new HashMap<Integer, Integer>();
        Map<Read, HttpResponse<String>> before = read(Map.of());
        for (int i = 0; i < EDITS; i++) {
            int edit = random.nextInt(edits.size());
            edits.get(edit).run();
            String context = "seed " + seed + ", after edit " + i + " (number " + edit + "): ";
            Map<Read, HttpResponse<String>> conditional = read(before);
            Map<Read, HttpResponse<String>> now = read(Map.of());
            for (Read read : conditional.keySet()) {
                HttpResponse<String> answer = conditional.get(read);
                assertSame(context + read.path, before.get(read), now.get(read), answer);
                statuses.merge(answer.statusCode(), 1, Integer::sum);
            }
            before = now;
        }
        assertTrue(statuses.get(304) > EDITS && statuses.get(200) > EDITS, statuses::toString);
    }

    private static void assertSame(
            String context, HttpResponse<String> before, HttpResponse<String> now, HttpResponse<String> conditional) {
        if (now == null) {
            assertEquals(404, conditional.statusCode(), context);
            return;
        }
        boolean had = before != null && before.statusCode() == 200;
        boolean same = had && now.statusCode() == 200 && now.body().equals(before.body());
        assertEquals(same ? 304 : now.statusCode(), conditional.statusCode(), context);
        assertEquals(same ? "" : Refusal.withoutTrace(now.body()), Refusal.withoutTrace(conditional.body()), context);
        assertEquals(tag(now), tag(conditional), context);
        assertEquals(same, had && tag(now) != null && tag(now).equals(tag(before)), context);
        if (now.statusCode() != 200) {
            assertEquals(404, now.statusCode(), context);
            assertNull(tag(now), context);
        }
    }

    /** Reads everything, conditionally where a former response is known. */
    private Map<Read, HttpResponse<String>> read(Map<Read, HttpResponse<String>> known) {
        // Includes everything from before.
        Stream<Read> queries = Stream.concat(queries(), known.keySet().stream()).distinct();
        var answers = new LinkedHashMap<Read, CompletableFuture<HttpResponse<String>>>();
        queries.forEach(read -> {
            var request = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + read.path));
            if (read.reader != null) {
                request.header("Authorization", "Bearer " + read.reader.token());
            }
            if (known.containsKey(read) && tag(known.get(read)) != null) {
                request.header("If-None-Match", tag(known.get(read)));
            }
            answers.put(read, http.sendAsync(request.build(), BodyHandlers.ofString()));
        });
        return answers.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, answer -> answer.getValue().join()));
    }

    private static String tag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElse(null);
    }

    private Stream<Read> queries() {
        String authors = users.stream().map(user -> "" + user.id()).collect(Collectors.joining(","));
        Stream<Read> ofPosts = posts.stream()
                .flatMap(id -> Stream.of(
                                "",
                                "?include=",
                                "?include=author.posts",
                                "?include=categories.posts",
                                "?fields=title",
                                "/categories",
                                "/categories?include=posts")
                        .map(shown -> new Read("/posts/" + id + shown, null)));
        Stream<Read> ofUsers = users.stream()
                .flatMap(user -> Stream.of(
                        new Read("/users/" + user.id(), null),
                        new Read("/users/" + user.id(), user),
                        new Read("/users/" + user.id() + "?include=posts.categories", null),
                        new Read("/users/" + user.id() + "?include=address.user,createdBy", admin),
                        new Read("/users/" + user.id() + "/address", user),
                        new Read("/users/" + user.id() + "/posts?limit=2", null),
                        new Read("/authentication", user),
                        new Read("/addresses?include=user", user)));
        Stream<Read> ofCategories = categories.stream()
                .flatMap(id -> Stream.of("", "?include=posts", "?include=posts.author", "/posts")
                        .map(shown -> new Read("/categories/" + id + shown, null)));
        Stream<Read> pages = Stream.of(
                new Read("/posts?author=" + authors, null),
                new Read("/posts?limit=3&include=&author=" + authors, null),
                new Read("/categories?limit=100&sort=-name", null),
                new Read("/users?sort=-createdAt&limit=3", admin));
        return Stream.of(ofPosts, ofUsers, ofCategories, pages).flatMap(queries -> queries);
    }

    private void renameCategory() {
        done(admin.request("{\"name\": \"%s %d\"}".formatted(name, random.nextInt(1_000_000)))
                .patch("/categories/{id}", any(categories)));
    }

    private void replaceCategory() {
        int place = random.nextInt(categories.size());
        done(admin.request().delete("/categories/{id}", categories.get(place)));
        categories.set(place, newCategory());
    }

    private void moveUser() {
        Account user = any(users);
        done(user.request("{\"street\": \"Street %d\", \"city\": \"City\", \"country\": \"Country\"}"
                        .formatted(random.nextInt(3)))
                .put("/users/{id}/address", user.id()));
    }

    private void removeAddress() {
        Account user = any(users);
        done(admin.request("{\"address\": null}").patch("/users/{id}", user.id()));
    }

    private void renameUser() {
        Account user = any(users);
        done(user.request("{\"name\": \"Name %d\"}".formatted(random.nextInt(3)))
                .patch("/users/{id}", user.id()));
    }

    private void changeEmail() {
        Account user = any(users);
        done(user.request("{\"email\": \"%d-%d@quire.test\"}".formatted(user.id(), System.nanoTime()))
                .patch("/users/{id}", user.id()));
    }

    private void link() {
        done(admin.request().put("/posts/{id}/categories/{category}", any(posts), any(categories)));
    }

    private void unlink() {
        done(admin.request().delete("/posts/{id}/categories/{category}", any(posts), any(categories)));
    }

    private void refile() {
        done(admin.request(References.ids(any(categories), any(categories))).put("/posts/{id}/categories", any(posts)));
    }

    private void changeTitle() {
        done(admin.request("{\"title\": \"Title %d\"}".formatted(random.nextInt(3)))
                .patch("/posts/{id}", any(posts)));
    }

    private void changeNothing() {
        done(admin.request("{}").patch("/posts/{id}", any(posts)));
    }

    /** Replaces a deleted post by a new one, so that their number stays. */
    private void replacePost() {
        int place = random.nextInt(posts.size());
        done(admin.request().delete("/posts/{id}", posts.get(place)));
        posts.remove(place);
        newPost();
    }

    private void newPost() {
        posts.add(any(users).post("Title", Set.of(any(categories))));
    }

    private int newCategory() {
        return admin.category(name + " " + System.nanoTime());
    }

    private <T> T any(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    private static void done(Response answer) {
        assertTrue(answer.statusCode() < 300, answer::asString);
    }
}
