package dev.quire.query;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.http.Links;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists in every order, complete and page by page. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class SortResourceTest {
    /** Titles in collation order; the last two differ in length only. */
    private static final List<String> TITLES = List.of(
            "\"quoted\"",
            "%41 \\ + & # ; , : / ? = {row} ' $1",
            "\uD83D\uDE80 rocket",
            "0",
            "10",
            "9",
            "a",
            "A",
            "\u00e1",
            "a b",
            "Ab",
            "\u00e4c",
            "\u00df",
            "z",
            "Z",
            "\u0416",
            "\u4e2d\u6587",
            "\u4e2d\u6587 " + "\uD83D\uDE80".repeat(196),
            "\u4e2d\u6587 " + "\uD83D\uDE80".repeat(197));

    private static Account ada;
    private static List<Integer> categories;
    private static long newest;

    @BeforeEach
    void fill() throws SQLException {
        if (ada == null) {
            ada = Account.create();
            Account.create();
            categories = ada.categories("Sort", 3);
            var random = new Random(0);
            var shuffled = new ArrayList<>(TITLES);
            Collections.shuffle(shuffled, random);
            // Each title twice, and some at the same time.
            for (String title : shuffled) {
                insert(title, random);
                insert(title, random);
            }
            newest = Database.count("select max(id) from posts");
            // Users and categories of equal names, and of equal age.
            for (int i = 0; i < 4; i++) {
                Account.register();
            }
            Database.execute("update users set name = 'Same' where id > (select max(id) - 3 from users)");
            Database.execute(
                    "update users set created_at = (select max(created_at) from users) where id > (select max(id) - 2 from users)");
        }
    }

    private static int insert(String title, Random random) {
        return (int) Database.count(
                """
                with made as (
                  insert into posts (title, content, author_id, created_at)
                  values (?, 'tea "a phrase" {x} 100% c++ \u00e9', ?, timestamptz '2021-01-01 00:00Z' + ? * interval '1 microsecond')
                  returning id),
                links as (
                  insert into post_categories (post_id, category_id) select id, unnest(cast(? as bigint[])) from made)
                select id from made
                """,
                title,
                ada.id(),
                random.nextInt(12),
                categories
                        .subList(0, 1 + random.nextInt(3))
                        .toString()
                        .replace('[', '{')
                        .replace(']', '}'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/posts                            | createdAt  | posts      | created_at, id",
                "/posts                            | -createdAt | posts      | created_at desc, id desc",
                "/posts                            | title      | posts      | title, id",
                "/posts                            | -title     | posts      | title desc, id desc",
                "/users                            | createdAt  | users      | created_at, id",
                "/users                            | -createdAt | users      | created_at desc, id desc",
                "/users                            | name       | users      | name, id",
                "/users                            | -name      | users      | name desc, id desc",
                "/categories                       | name       | categories | name, id",
                "/categories                       | -name      | categories | name desc, id desc",
                "/addresses                        | id         | addresses  | id",
                "/addresses                        | -id        | addresses  | id desc",
                // The default order
                "/posts                            |            | posts      | created_at desc, id desc",
                "/users                            |            | users      | created_at, id",
                "/categories                       |            | categories | name, id",
                "/addresses                        |            | addresses  | id",
            })
    void everyListHasItsSorts(String list, String sort, String table, String order) {
        List<Integer> expected = ids("select id from " + table + " order by " + order);
        String path = list + "?fields=id" + (sort == null ? "" : "&sort=" + sort);

        var seen = new ArrayList<Integer>();
        for (String next = path + "&limit=50"; next != null; ) {
            Response page = Links.follow(Account.admin().request(), next);
            seen.addAll(page.path("id"));
            next = Links.of(page, "next");
        }
        assertEquals(expected, seen);
    }

    @Test
    void titlesAreSortedByCollation() {
        List<String> titles = given().queryParam("sort", "title")
                .queryParam("limit", 100)
                .get("/users/{id}/posts", ada.id())
                .path("title");

        var twice = new ArrayList<String>();
        for (String title : TITLES) {
            twice.addAll(List.of(title, title));
        }
        assertEquals(String.join("\n", twice), String.join("\n", titles));
    }

    @ParameterizedTest
    @CsvSource({
        "/posts, id",
        "/posts, +title",
        "/posts, --title",
        "/posts, Title",
        "/posts, 'title,createdAt'",
        "/posts, content",
        "/posts, updatedAt",
        "/posts, author.name",
        "/posts, created_at",
        "/posts, 'title desc'",
        "/posts, ''",
        "/posts, -",
        "/posts, ' title'",
        "/users/ADA/posts, name",
        "/categories/FIRST/posts, id",
        "/users, email",
        "/users, id",
        "/categories, id",
        "/categories, createdAt",
        "/addresses, street",
        "/addresses, createdAt"
    })
    void anUnknownSortIsRefused(String list, String sort) {
        for (String media : List.of("application/json", "application/x-ndjson")) {
            Account.admin()
                    .request()
                    .accept(media)
                    .queryParam("sort", sort)
                    .get(filled(list))
                    .then()
                    .spec(problem(400))
                    .body("errors.parameter", contains("sort"));
        }
    }

    static Stream<Arguments> walks() {
        return walks(
                "/users/ADA/posts",
                "/posts?author=ADA",
                "/posts?category=SECOND,THIRD",
                "/posts?category=FIRST,THIRD&author=ADA&createdAfter=2020-12-31T22:59:59-01:00",
                "/posts?categoryAll=FIRST,SECOND&categoryNone=THIRD",
                "/posts?q=tea+%26+%22a+phrase%22+%7Bx%7D+100%25+c%2B%2B+%C3%A9&category=FIRST",
                "/categories/FIRST/posts",
                "/categories/FIRST/posts?category=SECOND&q=tea");
    }

    static Stream<Arguments> changingWalks() {
        return walks(
                "/users/ADA/posts",
                "/posts?category=SECOND,THIRD",
                "/posts?q=tea&categoryNone=THIRD",
                "/categories/FIRST/posts");
    }

    private static Stream<Arguments> walks(String... lists) {
        return Stream.of(lists)
                .flatMap(list ->
                        Stream.of("createdAt", "-createdAt", "title", "-title").map(sort -> Arguments.of(list, sort)));
    }

    @ParameterizedTest
    @MethodSource("walks")
    void pagingForthAndBackSeesEveryRowInOrder(String list, String sort) {
        List<Integer> expected = given().urlEncodingEnabled(false)
                .accept("application/x-ndjson")
                .get(sorted(list, sort))
                .asString()
                .lines()
                .filter(line -> line.startsWith("{\"id\""))
                .map(line -> Integer.valueOf(line.replaceAll("\\D", "")))
                .toList();
        assertEquals(posts(list, sort), expected);
        assertTrue(expected.size() > 5, list);
        for (int limit : List.of(4, expected.size() - 1, expected.size())) {
            var there = new ArrayList<Integer>();
            Response page = null;
            for (String next = sorted(list, sort) + "&limit=" + limit; next != null; next = Links.of(page, "next")) {
                page = Links.follow(next);
                there.addAll(page.path("id"));
            }
            var back = new ArrayList<Integer>(page.path("id"));
            for (String prev = Links.of(page, "prev"); prev != null; prev = Links.of(page, "prev")) {
                page = Links.follow(prev);
                back.addAll(0, page.path("id"));
            }
            assertEquals(expected, there, list + " " + limit);
            assertEquals(expected, back, list + " " + limit);
        }
    }

    @ParameterizedTest
    @MethodSource("changingWalks")
    void pagingSeesEachRowOnceDuringConcurrentWrites(String list, String sort) throws SQLException {
        var random = new Random(list.hashCode() + sort.hashCode());
        var mine = new ArrayList<Integer>();
        for (int i = 0; i < 15; i++) {
            mine.add(insert(TITLES.get(random.nextInt(TITLES.size())), random));
        }
        List<Integer> there = posts(list, sort);
        var deleted = new HashSet<Integer>();
        var seen = new ArrayList<Integer>();
        var back = new ArrayList<Integer>();

        List<Integer> beforeLastPage = List.of();
        Response page = null;
        String link = sorted(list, sort) + "&limit=" + (1 + random.nextInt(6));
        for (; link != null; link = Links.of(page, "next")) {
            beforeLastPage = List.copyOf(seen);
            page = Links.follow(link);
            seen.addAll(page.path("id"));
            change(random, mine, seen, deleted);
        }
        for (link = Links.of(page, "prev"); link != null; link = Links.of(page, "prev")) {
            page = Links.follow(link);
            back.addAll(0, page.path("id"));
            change(random, mine, back, deleted);
        }

        there.removeAll(deleted);
        String failure = list + " by " + sort + ", deleted " + deleted + ": " + seen + " and back " + back;
        assertSeen(there, seen, failure);
        there.retainAll(beforeLastPage);
        assertSeen(there, back, failure);
    }

    @AfterEach
    void deleteInsertedRows() throws SQLException {
        Database.execute("delete from posts where id > ?", newest);
    }

    /** Inserts or deletes a row somewhere: any, or the one of the cursor. */
    private static void change(Random random, List<Integer> mine, List<Integer> seen, Set<Integer> deleted)
            throws SQLException {
        if (random.nextBoolean()) {
            insert(TITLES.get(random.nextInt(TITLES.size())), random);
        }
        int last = seen.get(random.nextBoolean() ? 0 : seen.size() - 1);
        int victim = random.nextBoolean() && mine.contains(last) ? last : mine.get(random.nextInt(mine.size()));
        if (random.nextBoolean() && deleted.add(victim)) {
            Database.execute("delete from posts where id = ?", victim);
        }
    }

    /** Requires the rows that existed all along, once each and in order, among any others. */
    private static void assertSeen(List<Integer> there, List<Integer> seen, String failure) {
        assertEquals(seen.size(), Set.copyOf(seen).size(), failure);
        assertEquals(there, seen.stream().filter(there::contains).toList(), failure);
    }

    @Test
    void cursorOfAnotherSortOrFilterIsRefused() {
        List<String> lists = List.of(
                "/posts?fields=id",
                "/posts?fields=id&sort=createdAt",
                "/posts?fields=id&sort=title",
                "/posts?fields=id&sort=-title",
                "/posts?fields=id&author=ADA",
                "/posts?fields=id&category=FIRST",
                "/posts?fields=id&categoryAll=FIRST",
                "/posts?fields=id&categoryNone=THIRD",
                "/posts?fields=id&category=FIRST,SECOND",
                "/posts?fields=id&q=tea",
                "/posts?fields=id&q=tea&sort=title",
                "/posts?fields=id&q=phrase",
                "/posts?fields=id&createdAfter=2020-01-01T00:00:00Z",
                "/posts?fields=id&createdBefore=2022-01-01T00:00:00Z",
                "/users/ADA/posts?fields=id",
                "/users/ADA/posts?fields=id&sort=title",
                "/categories/FIRST/posts?fields=id",
                "/categories/SECOND/posts?fields=id");
        for (String from : lists) {
            String cursor = Links.cursor(Links.of(Links.follow(filled(from) + "&limit=1"), "next"));
            for (String to : lists) {
                Response page = given().urlEncodingEnabled(false).get(filled(to) + "&cursor=" + cursor);
                if (from.equals(to)) {
                    page.then().statusCode(200);
                } else {
                    page.then().spec(problem(400)).body("errors.parameter", contains("cursor"));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"createdAt", "-createdAt", "title", "-title"})
    void anAlteredCursorIsRefused(String sort) {
        String list = sorted("/users/ADA/posts", sort);
        String cursor = Links.cursor(Links.of(Links.follow(list + "&limit=3"), "next"));
        for (int i = 0; i < cursor.length(); i += 1 + cursor.length() / 20) {
            char other = cursor.charAt(i) == 'A' ? 'B' : 'A';
            given().urlEncodingEnabled(false)
                    .get(list + "&cursor=" + cursor.substring(0, i) + other + cursor.substring(i + 1))
                    .then()
                    .spec(problem(400))
                    .body("errors.parameter", contains("cursor"));
        }
        Links.follow(list + "&cursor=" + cursor);
    }

    /** Returns the rows of the database for a list of {@link #walks}. */
    private static List<Integer> posts(String list, String sort) {
        String in = "exists (select from post_categories where post_id = posts.id and category_id in (%s))";
        var conditions = new ArrayList<String>(List.of("true"));
        if (list.contains("ADA")) {
            conditions.add("author_id = ADA");
        }
        if (list.contains("category=") || list.startsWith("/categories")) {
            conditions.add(
                    in.formatted(list.contains("category=") ? list.replaceAll(".*category=([^&]*).*", "$1") : "FIRST"));
        }
        if (list.startsWith("/categories") || list.contains("categoryAll")) {
            conditions.add(in.formatted("FIRST"));
        }
        if (list.contains("q=tea")) {
            conditions.add("content like 'tea %'");
        }
        if (list.contains("categoryAll")) {
            conditions.add(in.formatted("SECOND"));
        }
        if (list.contains("categoryNone")) {
            conditions.add("not " + in.formatted("THIRD"));
        }
        String descending = sort.startsWith("-") ? " desc" : "";
        String column = sort.endsWith("title") ? "title" : "created_at";
        return ids(filled("select id from posts where " + String.join(" and ", conditions) + " order by " + column
                + descending + ", id" + descending));
    }

    private static List<Integer> ids(String sql) {
        return new ArrayList<>(Database.rows(sql).stream()
                .map(row -> ((Number) row.get(0)).intValue())
                .toList());
    }

    private static String sorted(String list, String sort) {
        return filled(list) + (list.contains("?") ? "&" : "?") + "fields=id&sort=" + sort;
    }

    private static String filled(String path) {
        return path.replace("ADA", "" + ada.id())
                .replace("FIRST", "" + categories.get(0))
                .replace("SECOND", "" + categories.get(1))
                .replace("THIRD", "" + categories.get(2));
    }
}
