package dev.quire.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Refusal;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The common behaviour of all lists. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class PagingResourceTest {
    private static final int POSTS = 22;

    private static Account ada;
    private static List<Integer> categories;

    @BeforeEach
    void register() {
        if (ada == null) {
            ada = Account.register();
            categories = ada.categories("Paging", POSTS);
            for (int i = 0; i < POSTS; i++) {
                ada.post("Paged " + i, categories.subList(0, 1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/posts", "/users/ADA/posts", "/categories/CATEGORY/posts", "/categories"})
    void aPageHasTwentyRowsByDefault(String list) {
        get(list).then().statusCode(200).body("", hasSize(20));
        get(list + "?limit=1").then().statusCode(200).body("", hasSize(1));
        get(list + "?limit=21").then().statusCode(200).body("", hasSize(21));
        assertTrue(get(list + "?limit=100").jsonPath().getList("").size() >= POSTS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "101", "x", "-1", "+5", "05", "1.5", "1e1", "", "99999999999999999999", "4294967297"})
    void aLimitIsFromOneToAHundred(String limit) {
        for (String list : List.of(
                "/posts", "/users/ADA/posts", "/categories/CATEGORY/posts", "/categories", "/users", "/addresses")) {
            get(list + "?limit=" + limit)
                    .then()
                    .statusCode(400)
                    .contentType("application/problem+json")
                    .body("errors.parameter", contains("limit"));
        }
    }

    @ParameterizedTest
    @CsvSource({"Limit=5, Limit", "offset=5, offset", "page=2, page", "limit=5&x=, x"})
    void unknownParameterIsRefused(String query, String name) {
        for (String list : List.of(
                "/posts", "/users/ADA/posts", "/categories/CATEGORY/posts", "/categories", "/users", "/addresses")) {
            get(list + "?" + query).then().statusCode(400).body("errors.parameter", contains(name));
        }
    }

    @Test
    void repeatedParameterIsRefused() {
        get("/posts?limit=5&limit=6").then().statusCode(400).body("errors.parameter", contains("limit"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/posts", "/users/ADA/posts", "/categories/CATEGORY/posts", "/categories", "/users"})
    void forgedCursorIsRefused(String list) {
        String cursor = Links.cursor(Links.of(get(list + "?limit=1"), "next"));
        char last = cursor.charAt(cursor.length() - 1);

        for (String wrong : List.of(
                "",
                "x",
                "AAAAAAAAAAA",
                "AAAAAAAAAAAAAAAAAAAAAAAA",
                cursor.substring(1),
                cursor.substring(0, cursor.length() - 1),
                cursor.substring(0, cursor.length() / 2),
                cursor + "A",
                cursor + "=",
                cursor.substring(0, cursor.length() - 1) + (char) (last == 'z' ? 'a' : last + 1),
                (cursor.charAt(0) == 'A' ? "B" : "A") + cursor.substring(1),
                "%00",
                "%F0%9F%9A%80")) {
            get(list + "?cursor=" + wrong)
                    .then()
                    .statusCode(400)
                    .contentType("application/problem+json")
                    .body("errors.parameter", contains("cursor"));
        }
        get(list + "?cursor=" + cursor).then().statusCode(200);
    }

    @Test
    void cursorOfAnotherListIsRefused() {
        List<String> lists =
                List.of("/posts", "/users/ADA/posts", "/categories/CATEGORY/posts", "/categories", "/users");

        for (String from : lists) {
            String cursor = Links.cursor(Links.of(get(from + "?limit=1"), "next"));
            for (String to : lists) {
                get(to + "?cursor=" + cursor).then().statusCode(from.equals(to) ? 200 : 400);
            }
        }
    }

    @Test
    void limitMayChangeBetweenPages() {
        String next = Links.of(get("/users/ADA/posts?limit=2"), "next");

        get("/users/ADA/posts?limit=5&cursor=" + Links.cursor(next))
                .then()
                .statusCode(200)
                .body("title", contains("Paged 19", "Paged 18", "Paged 17", "Paged 16", "Paged 15"));
    }

    @Test
    void linksLeadOnlyToNeighbouringPages() {
        Response first = get("/users/ADA/posts?limit=11");
        assertEquals(List.of("first", "next"), Links.relations(first));

        Response last = Links.follow(Links.of(first, "next"));
        assertEquals(List.of("first", "prev"), Links.relations(last));

        Response again = Links.follow(Links.of(last, "prev"));
        assertEquals(first.asString(), again.asString());
        assertNull(Links.of(again, "prev"));

        Response start = Links.follow(Links.of(last, "first"));
        assertEquals(first.asString(), start.asString());
        assertFalse(Links.of(last, "first").contains("cursor"));
    }

    @Test
    void longTitlesDoNotLengthenCursors() {
        Account author = Account.register();
        String same = "漢".repeat(190);
        List<Integer> posts =
                IntStream.range(0, 7).mapToObj(i -> author.post(same + i)).toList();
        String list = "/posts?sort=title&limit=2&author=" + author.id();
        var found = new ArrayList<Integer>();
        String last = list;
        for (String target = list; target != null; ) {
            Response page = Links.follow(target);
            assertTrue(Links.cursor(target).length() < 200, target);
            found.addAll(page.jsonPath().getList("id", Integer.class));
            last = target;
            target = Links.of(page, "next");
        }
        assertEquals(posts, found);

        // Without the last page, where the way back begins
        found.clear();
        for (String target = Links.of(Links.follow(last), "prev"); target != null; ) {
            Response page = Links.follow(target);
            found.addAll(0, page.jsonPath().getList("id", Integer.class));
            target = Links.of(page, "prev");
        }
        assertEquals(posts.subList(0, 6), found);
    }

    @ParameterizedTest
    @CsvSource({"title, next", "title, prev", "-title, next", "-title, prev"})
    void noRowIsSkippedWhenTheRowOfALongCursorIsDeleted(String sort, String relation) {
        Account author = Account.register();
        String same = "漢".repeat(190);
        var posts = new ArrayList<>(
                IntStream.range(0, 6).mapToObj(i -> author.post(same + i)).toList());
        String list = "/posts?limit=3&author=" + author.id() + "&sort=" + sort;
        Response page = Links.follow(list);
        if (relation.equals("prev")) {
            page = Links.follow(Links.of(page, "next"));
        }
        List<Integer> shown = page.jsonPath().getList("id", Integer.class);
        Integer origin = shown.get(relation.equals("next") ? 2 : 0);

        author.request().delete("/posts/{id}", origin).then().statusCode(204);

        var rest = new ArrayList<Integer>();
        for (String target = Links.of(page, relation); target != null; target = Links.of(page, relation)) {
            page = Links.follow(target);
            rest.addAll(page.jsonPath().getList("id", Integer.class));
        }
        posts.removeAll(shown);
        assertTrue(rest.containsAll(posts), () -> rest + " without some of " + posts);
    }

    @Test
    void linksAreShortEnoughForProxiesAndAccepted() {
        Account author = Account.register();
        for (int i = 0; i < 3; i++) {
            author.post("Kotlin");
        }
        String others = LongStream.range(0, 19)
                .mapToObj(i -> "," + (Long.MAX_VALUE - i))
                .collect(Collectors.joining());
        String list = "/posts?limit=1&author=" + author.id() + others + "&q=kotlin%20or%20" + "%E6%BC%A2".repeat(190);

        Response page = Links.follow(list);
        assertEquals(List.of("next"), Links.relations(page));
        Response middle = Links.follow(Links.of(page, "next"));
        assertEquals(List.of("next"), Links.relations(middle));
        assertEquals(List.of("prev"), Links.relations(Links.follow(Links.of(middle, "next"))));
        for (Response any : List.of(page, middle)) {
            assertTrue(any.header("Link").length() <= 3000, any.header("Link"));
        }

        given().urlEncodingEnabled(false)
                .get(list + "&categoryNone=1" + others)
                .then()
                .spec(Refusal.problem(400))
                .body("detail", containsString("2500 bytes"));
    }

    @Test
    void emptyListIsAnEmptyPage() {
        Account idle = Account.register();

        Response page = given().get("/users/{id}/posts", idle.id());

        page.then().statusCode(200).body("", empty());
        assertEquals(List.of("first"), Links.relations(page));
    }

    @Test
    void categoriesAreSortedByName() {
        Account.register().categories("Paging sorted", 5);
        String target = "/categories?limit=7";
        var ids = new ArrayList<Integer>();

        while (target != null) {
            Response page = Links.follow(target);
            ids.addAll(page.jsonPath().getList("id", Integer.class));
            target = Links.of(page, "next");
        }

        List<Integer> stored = Database.rows("select id from categories order by name, id").stream()
                .map(row -> ((Number) row.get(0)).intValue())
                .toList();
        assertEquals(stored, ids);
    }

    private static Response get(String list) {
        return Account.admin()
                .request()
                .urlEncodingEnabled(false)
                .get(list.replace("ADA", String.valueOf(ada.id()))
                        .replace("CATEGORY", String.valueOf(categories.get(0))));
    }
}
