package dev.quire.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Paging during concurrent insertions and deletions. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class PagesResourceTest {
    private static final int POSTS = 40;

    private static Account ada;

    @BeforeEach
    void register() {
        if (ada == null) {
            ada = Account.register();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, /users/ADA/posts", "2, /users/ADA/posts", "3, /users/ADA/posts",
        "4, /categories/CATEGORY/posts", "5, /categories/CATEGORY/posts", "6, /categories/CATEGORY/posts",
        "7, /posts", "8, /posts",
    })
    void pagingSeesEachRowOnceDuringConcurrentWrites(long seed, String list) throws SQLException {
        var random = new Random(seed);
        int category = ada.category("Walk " + seed);
        List<Integer> there = posts(POSTS, category);
        var deleted = new HashSet<Integer>();
        var inserted = new HashSet<Integer>();
        var seen = new ArrayList<Integer>();

        String next = list.replace("ADA", String.valueOf(ada.id())).replace("CATEGORY", String.valueOf(category))
                + "?limit=" + (1 + random.nextInt(9));
        Response page;
        for (int pages = 0; next != null && seen.size() <= 10 * POSTS; pages++) {
            page = Links.follow(next);
            seen.addAll(ids(page));
            next = Links.of(page, "next");
            if (random.nextBoolean()) {
                inserted.add(ada.post("Inserted", List.of(category)));
            }
            // Neither the row of the cursor nor one that is still to come is safe.
            for (int victim : victims(random, there, seen)) {
                if (deleted.add(victim)) {
                    Database.execute("delete from posts where id = ?", victim);
                }
            }
        }

        String failure = "seed " + seed + ", seen " + seen + ", deleted " + deleted + ", inserted " + inserted;
        assertEquals(seen.size(), Set.copyOf(seen).size(), failure);
        assertTrue(Collections.disjoint(seen, inserted), failure);
        var stayed = new ArrayList<>(there);
        stayed.removeAll(deleted);
        Collections.reverse(stayed);
        var seenAndStayed = new ArrayList<>(seen);
        seenAndStayed.retainAll(stayed);
        assertEquals(stayed, seenAndStayed, failure);
    }

    /** A hundred of the longest posts should not be in memory at once. */
    @ParameterizedTest
    @CsvSource({"100000, 11", "60000, 18", "1000, 25"})
    void pageOfLongPostsIsShorterAndHasANextLink(int length, int rows) throws SQLException {
        Account author = Account.register();
        Database.execute(
                "insert into posts (title, content, author_id) select 'Long ' || i, repeat('x', ?), ? from generate_series(1, 25) i",
                length,
                author.id());
        try {
            List<Integer> all =
                    Database.rows("select id from posts where author_id = ? order by id desc", author.id()).stream()
                            .map(row -> ((Number) row.get(0)).intValue())
                            .toList();

            var seen = new ArrayList<Integer>();
            Response page = null;
            for (String next = "/users/" + author.id() + "/posts?limit=100&sort=-createdAt";
                    next != null;
                    next = Links.of(page, "next")) {
                page = Links.follow(next);
                seen.addAll(ids(page));
                assertEquals(
                        Math.min(rows, all.size() - seen.size() + ids(page).size()),
                        ids(page).size());
            }
            assertEquals(all, seen);

            var back = new ArrayList<>(ids(page));
            for (String prev = Links.of(page, "prev"); prev != null; prev = Links.of(page, "prev")) {
                page = Links.follow(prev);
                back.addAll(0, ids(page));
            }
            assertEquals(all, back);
        } finally {
            Database.execute("delete from posts where author_id = ?", author.id());
        }
    }

    private static List<Integer> victims(Random random, List<Integer> there, List<Integer> seen) {
        var victims = new ArrayList<Integer>();
        if (random.nextInt(3) == 0) {
            victims.add(there.get(random.nextInt(there.size())));
        }
        int last = seen.get(seen.size() - 1);
        if (random.nextInt(3) == 0 && there.contains(last)) {
            victims.add(last);
        }
        return victims;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 7", "3, 10", "4, 39", "5, 40", "6, 41"})
    void prevLinksLeadBackOverTheSameRows(long number, int limit) {
        int category = ada.category("Walk back " + number);
        List<Integer> newestFirst = posts(POSTS, category);
        Collections.reverse(newestFirst);

        var there = new ArrayList<Integer>();
        Response page = null;
        for (String next = "/categories/" + category + "/posts?limit=" + limit;
                next != null;
                next = Links.of(page, "next")) {
            page = Links.follow(next);
            there.addAll(ids(page));
        }
        var back = new ArrayList<>(ids(page));
        for (String prev = Links.of(page, "prev"); prev != null; prev = Links.of(page, "prev")) {
            page = Links.follow(prev);
            back.addAll(0, ids(page));
        }

        assertEquals(newestFirst, there);
        assertEquals(newestFirst, back);
    }

    @Test
    void theIdBreaksTies() throws SQLException {
        int category = ada.category("Walk ties");
        List<Integer> posts = posts(11, category);
        Database.execute(
                "update posts set created_at = '2020-02-29T12:00:00.1234567Z' where id in"
                        + " (select post_id from post_categories where category_id = ?)",
                category);

        var seen = new ArrayList<Integer>();
        for (String next = "/categories/" + category + "/posts?limit=3"; next != null; ) {
            Response page = Links.follow(next);
            seen.addAll(ids(page));
            next = Links.of(page, "next");
        }

        posts.sort(Comparator.reverseOrder());
        assertEquals(posts, seen);
    }

    @Test
    void pagingByNameHandlesSpecialCharacters() {
        List<String> names = List.of(
                "Walk: a", "Walk: A b", "Walk: ä", "Walk: %", "Walk: 'q'", "Walk: :x", "Walk: Ж", "Walk: \uD83D\uDE80");
        names.forEach(ada::category);

        var seen = new ArrayList<String>();
        for (String next = "/categories?limit=5"; next != null; ) {
            Response page = Links.follow(next);
            seen.addAll(page.jsonPath().getList("name", String.class));
            next = Links.of(page, "next");
        }

        assertEquals(seen.size(), Set.copyOf(seen).size());
        assertTrue(seen.containsAll(names), seen::toString);
    }

    /** Creates posts, and returns their ids, the oldest first. */
    private static List<Integer> posts(int count, int category) {
        var posts = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            posts.add(ada.post("Walk " + i, List.of(category)));
        }
        return posts;
    }

    private static List<Integer> ids(Response page) {
        return page.jsonPath().getList("id", Integer.class);
    }
}
