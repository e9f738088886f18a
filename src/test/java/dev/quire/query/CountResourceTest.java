package dev.quire.query;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.http.Links;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The total number of rows of a list, sent on request. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class CountResourceTest {
    private static Account ada;
    private static List<Integer> categories;

    @BeforeEach
    void fill() {
        if (ada == null) {
            ada = Account.create();
            categories = ada.categories("Count", 2);
            for (int i = 0; i < 5; i++) {
                ada.post("Counted", categories.subList(0, i < 3 ? 2 : 1));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/posts                           | select count(*) from posts",
                "/posts?sort=-title               | select count(*) from posts",
                "/posts?author=ADA                | select 5",
                "/posts?category=SECOND           | select 3",
                "/posts?category=FIRST,SECOND     | select 5",
                "/posts?category=FIRST&categoryNone=SECOND&q=counted | select 2",
                "/posts?createdAfter=2999-01-01T00:00:00Z | select 0",
                "/users/ADA/posts                 | select 5",
                "/users/ADA/posts?sort=title      | select 5",
                "/users/ADA/posts?categoryAll=FIRST,SECOND | select 3",
                "/users/ADA/posts?q=nothing       | select 0",
                "/categories/FIRST/posts          | select 5",
                "/categories/FIRST/posts?category=SECOND | select 3",
                "/categories                      | select count(*) from categories",
                "/users                           | select count(*) from users",
                "/users?createdBefore=2000-01-01T00:00:00Z | select 0",
                "/addresses                       | select count(*) from addresses",
            })
    void everyListIsCountedWithItsFilter(String list, String sql) {
        long expected = Database.count(sql);
        Response page = counted(list + (list.contains("?") ? "&" : "?") + "limit=1");

        assertEquals(Long.toString(expected), page.header("X-Total-Count"));
        assertEquals("count=exact", page.header("Preference-Applied"));
        page.then().body("", hasSize((int) Math.min(1, expected)));
    }

    @Test
    void everyPageOfAListHasTheSameCount() {
        Response first = counted("/users/ADA/posts?limit=2");
        Response next = counted(Links.of(first, "next"));
        Response back = counted(Links.of(next, "prev"));

        assertEquals(List.of("5", "5", "5"), List.of(count(first), count(next), count(back)));
        next.then().body("", hasSize(2));
    }

    @Test
    void onlyVisibleRowsAreCounted() {
        ada.request().header("Prefer", "count=exact").get("/addresses").then().header("X-Total-Count", "1");
        Account.register()
                .request()
                .header("Prefer", "count=exact")
                .get("/addresses")
                .then()
                .header("X-Total-Count", "0");
        given().header("Prefer", "count=exact").get("/users").then().spec(problem(401));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "count=exact",
                "count=\"exact\"",
                "COUNT=exact",
                " count = exact ",
                "respond-async, count=exact",
                "respond-async,count=exact,wait=10",
                "count=exact; strictly=yes",
                "handling=lenient; why=\"who knows\", count=\"exact\""
            })
    void countPreferenceMayStandAmongOthers(String prefer) {
        given().header("Prefer", prefer)
                .get("/users/{id}/posts", ada.id())
                .then()
                .statusCode(200)
                .header("X-Total-Count", "5")
                .header("Preference-Applied", "count=exact");
    }

    @Test
    void preferencesMayStandInSeveralHeaders() {
        given().header("Prefer", "respond-async", "count=exact")
                .get("/users/{id}/posts", ada.id())
                .then()
                .statusCode(200)
                .header("X-Total-Count", "5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "count",
                "exact",
                "count=",
                "count=planned",
                "count=exactly",
                "recount=exact",
                "respond-async; count=exact",
                "count-exact",
                "=exact",
                "\"count=exact\"",
                "\u00e9",
                ";;;,,,==="
            })
    void unknownPreferencesAreIgnored(String prefer) {
        given().header("Prefer", prefer)
                .get("/users/{id}/posts", ada.id())
                .then()
                .statusCode(200)
                .header("X-Total-Count", nullValue())
                .header("Preference-Applied", nullValue())
                .body("", hasSize(5));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/posts", "/posts?category=FIRST", "/users/ADA/posts", "/categories", "/users", "/addresses"})
    void listIsNotCountedByDefault(String list) {
        // Renewing a token takes statements too.
        Account.admin().token();
        long before = Database.statements();
        Response page = get(list);
        long between = Database.statements();
        counted(list);
        long after = Database.statements();

        assertEquals(1, between - before);
        assertEquals(2, after - between);
        page.then().header("X-Total-Count", nullValue()).header("Preference-Applied", nullValue());
    }

    @Test
    void aStreamHasItsCountInItsLastLineOnly() {
        given().accept("application/x-ndjson")
                .header("Prefer", "count=exact")
                .get("/users/{id}/posts?fields=title", ada.id())
                .then()
                .statusCode(200)
                .header("X-Total-Count", nullValue())
                .body(equalTo("{\"title\":\"Counted\"}\n".repeat(5) + "{\"count\":5}\n"));
    }

    private static String count(Response page) {
        return page.header("X-Total-Count");
    }

    private static Response counted(String list) {
        Response page = Account.admin()
                .request()
                .header("Prefer", "count=exact")
                .urlEncodingEnabled(false)
                .get(filled(list));
        page.then().statusCode(200);
        return page;
    }

    private static Response get(String list) {
        return Account.admin().request().get(filled(list));
    }

    private static String filled(String list) {
        return list.replace("ADA", "" + ada.id())
                .replace("FIRST", "" + categories.get(0))
                .replace("SECOND", "" + categories.get(1));
    }
}
